//! What programs look up in `/etc`: who they are, what the machine is called, what it runs, and by which names services
//! are known. Files that the image has there are left alone.

use crate::Error;
use std::fmt::Write;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

/// Files that are the same in every machine (nsswitch.conf(5), os-release(5), services(5), protocols(5)).
const FILES: &[(&str, &str)] = &[
    (
        "/etc/nsswitch.conf",
        "passwd: files\ngroup: files\nhosts: files dns\nservices: files\nprotocols: files\n",
    ),
    (
        "/etc/os-release",
        concat!(
            "ID=scratchmachine\nNAME=scratchmachine\nPRETTY_NAME=\"scratchmachine ",
            env!("CARGO_PKG_VERSION"),
            "\"\nVERSION_ID=",
            env!("CARGO_PKG_VERSION"),
            "\n"
        ),
    ),
    ("/etc/services", include_str!("etc/services")),
    ("/etc/protocols", include_str!("etc/protocols")),
];

/// Links into a place that can still be written to when the root is read-only: names may come with a lease.
const LINKS: [(&str, &str); 2] = [
    ("/etc/hosts", "/run/hosts"),
    ("/etc/hostname", "/run/hostname"),
];

/// Directories that programs expect. What is to be written there, a machine has to say.
const DIRECTORIES: [&str; 6] = [
    "/etc",
    "/var/lib",
    "/var/cache",
    "/var/log",
    "/usr/share",
    "/mnt",
];

/// A user of the machine, with a group of the same name and number (passwd(5)).
pub struct User {
    pub name: String,
    pub number: u32,
    pub home: String,
}

/// Write all that does not depend on names. To be called while the root can be written to. Returns what failed.
pub fn prepare(users: &[User]) -> Vec<Error> {
    let mut errors = Vec::new();
    let mut attempt = |doing: &str, path: &str, result: std::io::Result<()>| {
        let failed = |cause| Error::new(format!("{doing} {path}"), cause);
        errors.extend(result.map_err(failed).err());
    };
    for directory in DIRECTORIES {
        attempt("make", directory, fs::create_dir_all(directory));
    }
    for (path, target) in LINKS
        .into_iter()
        .chain([("/var/tmp", "/tmp"), ("/var/run", "/run")])
    {
        if is_absent(path) {
            attempt("link", path, symlink(target, path));
        }
    }
    let (passwd, group) = (passwd(users), group(users));
    let own = [("/etc/passwd", &*passwd), ("/etc/group", &*group)];
    for (path, text) in FILES.iter().copied().chain(own) {
        if is_absent(path) {
            attempt("write", path, fs::write(path, text));
        }
    }
    errors
}

fn is_absent(path: &str) -> bool {
    Path::new(path).symlink_metadata().is_err()
}

/// Write what depends on the machine's name, which is empty if it has none.
///
/// # Errors
/// It can't be written.
pub fn write_names(hostname: &str) -> Result<(), Error> {
    let files = [
        ("/run/hosts", hosts(hostname)),
        ("/run/hostname", format!("{hostname}\n")),
    ];
    for (path, text) in files {
        // whoever reads it meanwhile sees either the old text or the new
        let new = format!("{path}.new");
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, path))
            .map_err(|cause| Error::new(format!("write {path}"), cause))?;
    }
    Ok(())
}

fn hosts(hostname: &str) -> String {
    let mut hosts = "127.0.0.1 localhost\n::1 localhost\n".to_owned();
    if !hostname.is_empty() && hostname != "localhost" {
        let short = hostname.split('.').next().unwrap_or_default();
        let alias = match short == hostname {
            true => String::new(),
            false => format!(" {short}"),
        };
        let _ = writeln!(hosts, "127.0.1.1 {hostname}{alias}");
    }
    hosts
}

/// Those that are there without a word: name, number, home.
const SYSTEM: [(&str, u32, &str); 2] = [("root", 0, "/"), ("nobody", 65_534, "/")];

fn passwd(users: &[User]) -> String {
    lines(users, |name, number, home| {
        format!("{name}:x:{number}:{number}:{name}:{home}:/nologin\n")
    })
}

fn group(users: &[User]) -> String {
    lines(users, |name, number, _| format!("{name}:x:{number}:\n"))
}

fn lines(users: &[User], line: impl Fn(&str, u32, &str) -> String) -> String {
    let system = SYSTEM.map(|(name, number, home)| line(name, number, home));
    let programs = users
        .iter()
        .map(|user| line(&user.name, user.number, &user.home));
    system.into_iter().chain(programs).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localhost_is_known_and_so_is_the_machine() {
        assert_eq!(hosts(""), "127.0.0.1 localhost\n::1 localhost\n");
        assert!(hosts("web").ends_with("\n127.0.1.1 web\n"));
        assert!(hosts("web.example.org").ends_with("\n127.0.1.1 web.example.org web\n"));
    }

    #[test]
    fn every_user_has_a_line_and_a_group() {
        let web = User {
            name: "web".into(),
            number: 10_000,
            home: "/home/web".into(),
        };
        assert_eq!(
            passwd(std::slice::from_ref(&web)),
            "root:x:0:0:root:/:/nologin\n\
             nobody:x:65534:65534:nobody:/:/nologin\n\
             web:x:10000:10000:web:/home/web:/nologin\n"
        );
        assert!(group(&[web]).ends_with("\nweb:x:10000:\n"));
    }

    #[test]
    fn services_and_protocols_are_in_the_form_that_is_expected() {
        let services = include_str!("etc/services").lines();
        for line in services {
            let words: Vec<_> = line.split_ascii_whitespace().collect();
            let (port, protocol) = words[1].split_once('/').unwrap();
            assert!(
                port.parse::<u16>().is_ok() && ["tcp", "udp"].contains(&protocol),
                "{line}"
            );
        }
        for line in include_str!("etc/protocols").lines() {
            let number = line.split_ascii_whitespace().nth(1).unwrap();
            assert!(number.parse::<u8>().is_ok(), "{line}");
        }
    }
}
