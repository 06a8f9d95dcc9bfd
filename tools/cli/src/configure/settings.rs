//! The words of a layer. Init has the only parser; here is what init can't know: that a word would be lost.

use scratchmachine::config::{Config, same_key, words};
use scratchmachine::logs::collector::Target;

/// The words as a text, one a line, for init to read.
///
/// # Errors
/// All that init would complain about, and the words that would do nothing: each complaint names its word.
/// `loader` is the command line that the image's boot loader says, which overrides a layer.
pub fn text_of(words: &[String], loader: &str) -> Result<String, Vec<String>> {
    let complaints: Vec<_> = words
        .iter()
        .filter_map(|word| check(word, loader).err())
        .collect();
    if !complaints.is_empty() {
        return Err(complaints);
    }
    Ok(words.iter().map(|word| line(word)).collect())
}

fn check(word: &str, loader: &str) -> Result<(), String> {
    if word.contains('"') {
        return Err(format!(
            "'{word}' has a quote in it, which can't be written"
        ));
    }
    let mut config = Config::default();
    // as it will be read, with its quotes
    let read = words::split(line(word).as_bytes()).0;
    let [read] = read.as_slice() else {
        return Err(format!("'{word}' is not a word: write KEY=VALUE"));
    };
    if !config.apply_word(read)? {
        return Err(format!(
            "'{word}' is not a setting of init: the kernel's own words go to its command line (kernelParams of mkMachine)"
        ));
    }
    if let Some(Err(error)) = config.log.map(|log| log.parse::<Target>()) {
        return Err(format!("'{word}': {error}"));
    }
    let said = words::split(loader.as_bytes()).0;
    let said = said.iter().map(|it| String::from_utf8_lossy(it));
    match said.into_iter().find(|it| same_key(key(it), key(word))) {
        Some(other) => Err(format!(
            "'{word}' would do nothing: the image's boot loader says '{other}', which wins; build an image without it"
        )),
        None => Ok(()),
    }
}

fn key(word: &str) -> &str {
    word.split_once('=').map_or(word, |(key, _)| key)
}

/// White space does not end a word inside quotes.
fn line(word: &str) -> String {
    if word.contains([' ', '\t', '\n', '\x0b', '\x0c', '\r']) {
        format!("\"{word}\"\n")
    } else {
        format!("{word}\n")
    }
}

#[cfg(test)]
mod tests {
    fn text_of(words: &[&str], loader: &str) -> Result<String, Vec<String>> {
        let words: Vec<_> = words.iter().map(|word| word.to_string()).collect();
        super::text_of(&words, loader)
    }

    #[test]
    fn words_are_written_as_init_reads_them() {
        let words = ["ip=off", "e1000.Speed=100", "web.title=a b"];
        assert_eq!(
            text_of(&words, "console=ttyS0").as_deref(),
            Ok("ip=off\ne1000.Speed=100\n\"web.title=a b\"\n")
        );
        assert_eq!(text_of(&[], "").as_deref(), Ok(""));
    }

    #[test]
    fn each_word_that_init_would_pass_over_or_never_see_is_named() {
        for (word, cause) in [
            ("scratchmachine.colour=red", "is not a known setting"),
            ("scratchmachine.status=65536", "was ignored"),
            ("ip=10.0.2", "is not an IPv4 address"),
            ("scratchmachine.log=pigeon", "it has no transport"),
            ("quiet", "not a setting of init"),
            ("console=ttyS1", "not a setting of init"),
            ("sysctl.kernel.panic=5", "not a setting of init"),
            ("hostname=my_vm", "was ignored: a host name has"),
            ("e1000.name=\"x\"", "has a quote in it"),
            ("", "is not a word"),
            (
                "panic=5",
                "the image's boot loader says 'panic=-1', which wins",
            ),
            (
                "module-blacklist=e1000",
                "says 'module_blacklist=a', which wins",
            ),
        ] {
            let complaints = text_of(&["ip=off", word], "panic=-1 module_blacklist=a");
            let complaints = complaints.expect_err(word);
            assert_eq!(complaints.len(), 1, "{complaints:?}");
            assert!(complaints[0].contains(word), "{complaints:?}");
            assert!(complaints[0].contains(cause), "{complaints:?}");
        }
    }

    #[test]
    fn all_complaints_come_at_once() {
        let complaints = text_of(&["ip=x", "ip=off", "hostname=-"], "").unwrap_err();
        assert_eq!(complaints.len(), 2, "{complaints:?}");
    }
}
