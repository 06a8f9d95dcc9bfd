//! The names by which databases of vulnerabilities know a package: package URLs and CPEs.

use std::fmt::Write;

/// `pkg:KIND/NAME@VERSION`, whatever is in the three.
pub fn purl(kind: &str, name: &str, version: &str) -> String {
    let mut purl = format!("pkg:{kind}/{}", encode(name));
    if !version.is_empty() {
        purl += "@";
        purl += &encode(version);
    }
    purl
}

/// A package URL's characters are letters, digits and these; all others are bytes in hexadecimal.
fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// CPE 2.3 of `name`, which is `PART:VENDOR:PRODUCT`, at the version that its authors gave it.
pub fn cpe(name: &str, version: &str) -> String {
    format!("cpe:2.3:{name}:{}:*:*:*:*:*:*:*", upstream(version))
}

/// `6.04` of `3:6.04~git20190206+dfsg1-3.1`: without a distribution's epoch and revision; `*`, any, if it is not
/// a number.
fn upstream(version: &str) -> &str {
    let version = version
        .split_once(':')
        .map_or(version, |(_, version)| version);
    let end = version
        .find(|c: char| !c.is_ascii_digit() && c != '.')
        .unwrap_or(version.len());
    match &version[..end] {
        "" => "*",
        number => number,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_url_has_no_character_that_means_something() {
        assert_eq!(
            purl("generic", "linux", "6.12.117"),
            "pkg:generic/linux@6.12.117"
        );
        assert_eq!(
            purl("generic", "a b", "3:1~é+d?x#1"),
            "pkg:generic/a%20b@3:1~%C3%A9%2Bd%3Fx%231"
        );
        assert_eq!(purl("generic", "web", ""), "pkg:generic/web");
    }

    #[test]
    fn a_cpe_has_the_authors_version() {
        let version = |version| {
            let cpe = cpe("a:syslinux:syslinux", version);
            cpe.split(':').nth(5).unwrap().to_owned()
        };
        assert_eq!(version("3:6.04~git20190206.bf6db5b4+dfsg1-3.1"), "6.04");
        assert_eq!(version("1.85.1+dfsg1-1"), "1.85.1");
        assert_eq!(version("1.2.5"), "1.2.5");
        assert_eq!(version("unstable-2019-02-07"), "*");
        assert_eq!(
            cpe("o:linux:linux_kernel", "6.12.117"),
            "cpe:2.3:o:linux:linux_kernel:6.12.117:*:*:*:*:*:*:*"
        );
    }
}
