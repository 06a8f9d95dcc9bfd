//! A database that is broken, or made to do harm: a message, exit status 2, and no finding lost.

use crate::lab::{Lab, Said, TIME, cve};
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

fn kernel_record(name: &str, text: impl AsRef<[u8]>) -> Said {
    let lab = Lab::new(name);
    lab.write("db/cve/published/2025/CVE-2025-1.json", text);
    lab.write(
        "db/cve/published/2025/CVE-2025-2.json",
        cve("CVE-2025-2", "[]", "affected", "[]"),
    );
    let begin = Instant::now();
    let said = lab.run("6.12.117", &["db"]);
    assert!(
        begin.elapsed() < Duration::from_secs(20),
        "{name} took {:?}",
        begin.elapsed()
    );
    assert!(
        said.out.contains("CVE-2025-2"),
        "{name}: the good record is lost: {}",
        said.out
    );
    said
}

#[test]
fn a_broken_kernel_record_is_reported_and_the_others_are_read() {
    let good = cve("CVE-2025-1", "[]", "affected", "[]");
    let records: Vec<(&str, Vec<u8>)> = vec![
        ("empty", Vec::new()),
        ("cut", good.as_bytes()[..good.len() / 2].to_vec()),
        ("not-json", b"hello".to_vec()),
        ("an-array", b"[]".to_vec()),
        (
            "wrong-type",
            good.replace("\"title\": \"net: a fix\"", "\"title\": 7")
                .into_bytes(),
        ),
        (
            "files-as-text",
            good.replace("\"programFiles\": []", "\"programFiles\": \"net\"")
                .into_bytes(),
        ),
        (
            "version-as-number",
            cve(
                "CVE-2025-1",
                "[]",
                "affected",
                r#"[{"version": 6.12, "status": "affected"}]"#,
            )
            .into_bytes(),
        ),
        ("not-utf8", b"{\"cveMetadata\": \"\xff\xfe\"}".to_vec()),
        ("deep", "[".repeat(1_000_000).into_bytes()),
        ("huge", vec![b' '; 9 << 20]),
    ];
    for (name, record) in records {
        let said = kernel_record(name, record);
        assert_eq!(said.status, 2, "{name}");
        assert!(said.err.contains("CVE-2025-1.json"), "{name}: {}", said.err);
    }
}

#[test]
fn a_broken_advisory_is_reported() {
    for (name, text) in [
        ("md-empty", String::new()),
        ("md-open", TIME.replace("\n```\n", "\n")),
        ("md-toml", TIME.replace("[versions]", "[versions")),
        ("md-version", TIME.replace(">= 0.2.23", "newer")),
        ("md-no-versions", TIME.replace("[versions]", "[others]")),
        (
            "md-wrong-type",
            TIME.replace("os = [\"linux\", \"macos\"]", "os = 3"),
        ),
        (
            "md-other-crate",
            TIME.replace("package = \"time\"", "package = \"libc\""),
        ),
        (
            "md-deep",
            TIME.replace(
                "os = [\"linux\", \"macos\"]",
                &format!("os = {}", "[".repeat(100_000)),
            ),
        ),
    ] {
        let lab = Lab::new(name);
        lab.write("db/crates/time/RUSTSEC-2020-0071.md", text);
        let said = lab.run("6.12.117", &["db"]);
        assert_eq!(said.status, 2, "{name}: {}", said.out);
        assert!(
            said.err.contains("RUSTSEC-2020-0071.md"),
            "{name}: {}",
            said.err
        );
    }
}

#[test]
fn directories_that_loop_and_files_that_block_are_ignored() {
    let lab = Lab::new("loops");
    lab.write(
        "db/cve/published/2025/CVE-2025-2.json",
        cve("CVE-2025-2", "[]", "affected", "[]"),
    );
    symlink(lab.path("db"), lab.path("db/cve/published/2024")).unwrap();
    symlink(
        "/dev/zero",
        lab.path("db/cve/published/2025/CVE-2025-3.json"),
    )
    .unwrap();
    symlink(
        lab.path("db/cve/published"),
        lab.path("db/cve/published/2025/loop"),
    )
    .unwrap();
    std::fs::create_dir(lab.path("db/cve/published/2025/CVE-2025-4.json")).unwrap();
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!((said.status, said.err.as_str()), (1, ""));
    assert!(said.out.contains("1 records read"), "{}", said.out);
}

#[test]
fn a_title_can_not_steer_the_terminal() {
    let said = kernel_record(
        "escape",
        cve("CVE-2025-1", "[]", "affected", "[]").replace("a fix", r"a \u001b[2Jfix"),
    );
    assert_eq!(said.status, 1);
    assert!(!said.out.contains('\u{1b}'));
}

#[test]
fn what_is_not_a_database_is_refused() {
    let lab = Lab::new("none");
    lab.write("db/README", "");
    for directory in ["db", "missing", "db/README"] {
        let said = lab.run("6.12.117", &[directory]);
        assert_eq!(said.status, 2);
        assert!(
            said.err.contains("neither crates/ nor cve/published/"),
            "{}",
            said.err
        );
    }
    let none = lab.run("6.12.117", &[]);
    assert!(
        none.err.contains("not provided:\n  <DIRECTORY>"),
        "{}",
        none.err
    );
    assert_eq!(none.status, 2);
}
