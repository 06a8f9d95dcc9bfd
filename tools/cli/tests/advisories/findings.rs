//! What is found in a database, what is not, and what our reasons do to it.

use crate::lab::{FIXED_IN_6_12_99, Lab, TIME, cve};

const REASON: &str = r#"
[[reason]]
id = "RUSTSEC-2020-0071"
purl = "pkg:cargo/time@0.1.45"
justification = "code_not_reachable"
detail = "nobody changes the environment"
"#;

#[test]
fn an_advisory_for_a_linked_crate_is_found_with_its_program() {
    let lab = Lab::new("found");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!(said.status, 1, "{}", said.err);
    assert!(said.out.contains("RUSTSEC-2020-0071: time 0.1.45\n    linked into hello; concerns whoever calls time::at_utc"), "{}", said.out);
    assert!(
        said.out
            .contains("not asked, since it was not given: the kernel")
    );
}

#[test]
fn a_patched_an_unaffected_a_withdrawn_and_another_systems_advisory_are_not_found() {
    for (name, from, to) in [
        ("patched", ">= 0.2.23", ">= 0.1.45"),
        ("unaffected", "=0.2.0", "=0.1.45"),
        ("withdrawn", "date =", "withdrawn = \"2021-01-01\"\ndate ="),
        ("os", "\"linux\", ", ""),
    ] {
        let lab = Lab::new(name);
        let text = TIME.replace(from, to);
        assert_ne!(text, TIME);
        lab.write("db/crates/time/RUSTSEC-2020-0071.md", text);
        let said = lab.run("6.12.117", &["db"]);
        assert_eq!(
            (said.status, said.err.as_str()),
            (0, ""),
            "{name}: {}",
            said.out
        );
    }
}

#[test]
fn a_crate_of_our_own_is_not_taken_for_the_registrys() {
    let lab = Lab::new("own");
    lab.write(
        "db/crates/winapi/RUSTSEC-2000-0001.md",
        TIME.replace("\"time\"", "\"winapi\""),
    );
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""), "{}", said.out);
}

#[test]
fn a_crate_of_two_programs_is_one_finding() {
    let lab = Lab::new("both");
    lab.write(
        "db/crates/libc/RUSTSEC-2000-0001.md",
        TIME.replace("\"time\"", "\"libc\"")
            .replace(">= 0.2.23", ">= 9"),
    );
    let said = lab.run("6.12.117", &["db"]);
    assert!(
        said.out.contains("linked into hello, init") && said.out.contains(": 1 to look at"),
        "{}",
        said.out
    );
}

#[test]
fn a_provenance_without_a_kernel_or_crates_is_an_error() {
    for (from, to) in [("\"kernel\":", "\"colonel\":"), ("crates", "crabs")] {
        let lab = Lab::new(&format!("provenance-{to}"));
        lab.write("db/crates/README", "");
        let said = lab.run_with("6.12.117", &["db"], |provenance| {
            provenance.replace(from, to)
        });
        assert_eq!(said.status, 2);
        assert!(said.err.contains("provenance.json: "), "{}", said.err);
    }
}

#[test]
fn a_reason_settles_its_finding() {
    let lab = Lab::new("reason");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    lab.write("reasons.toml", REASON);
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!((said.status, said.err.as_str()), (0, ""));
    assert!(said.out.contains("not affected"));
    assert!(said.out.contains("nobody changes the environment"));
}

#[test]
fn a_reason_that_fits_nothing_any_more_is_an_error() {
    let lab = Lab::new("idle");
    lab.write("db/crates/libc/README.md.not", "");
    lab.write("reasons.toml", REASON);
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!(said.status, 2);
    assert!(
        said.err.contains("RUSTSEC-2020-0071") && said.err.contains("remove it"),
        "{}",
        said.err
    );
}

#[test]
fn a_reason_for_another_version_settles_nothing() {
    let lab = Lab::new("version");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    lab.write("reasons.toml", REASON.replace("0.1.45", "0.1.44"));
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!(said.status, 2);
    assert!(said.out.contains("1 to look at"));
}

#[test]
fn a_reason_whose_database_is_not_there_is_left_alone() {
    let lab = Lab::new("absent");
    lab.write(
        "db/cve/published/2025/CVE-2025-1.json",
        cve(
            "CVE-2025-1",
            r#"["net/core/dev.c"]"#,
            "affected",
            FIXED_IN_6_12_99,
        ),
    );
    lab.write("reasons.toml", REASON);
    assert_eq!(lab.run("6.12.117", &["db"]).status, 0);
}

#[test]
fn a_reason_needs_a_word_of_cyclonedx_and_a_detail() {
    for (name, from, to) in [
        ("word", "code_not_reachable", "do_not_care"),
        ("detail", "nobody changes the environment", " "),
        ("field", "detail =", "details ="),
    ] {
        let lab = Lab::new(name);
        lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
        lab.write("reasons.toml", REASON.replace(from, to));
        let said = lab.run("6.12.117", &["db"]);
        assert_eq!(said.status, 2, "{name}");
        assert!(said.err.contains("reasons.toml"), "{}", said.err);
    }
}

/// A reason about a series of kernels.
fn kernel_reason(ground: &str) -> String {
    format!(
        "[[reason]]\nid = \"CVE-2025-1\"\npurl = \"pkg:generic/linux@6.12.*\"\n{ground}\ndetail = \"see there\"\n"
    )
}

/// A lab whose one record affects every kernel, with that reason.
fn lab_with_kernel_reason(name: &str, ground: &str) -> Lab {
    let lab = Lab::new(name);
    lab.write(
        "db/cve/published/2025/CVE-2025-1.json",
        cve("CVE-2025-1", "[]", "affected", "[]"),
    );
    lab.write("reasons.toml", kernel_reason(ground));
    lab
}

#[test]
fn a_fix_that_the_record_does_not_know_counts_from_its_version_on() {
    let lab = lab_with_kernel_reason("fixed", "fixed = \"6.12.115\"");
    for (kernel, status, told) in [
        ("6.12.117", 0, "net: a fix: fixed in 6.12.115\n"),
        ("6.12.115", 0, "1 of no concern"),
        ("6.12.98", 1, "1 to look at"),
    ] {
        let said = lab.run(kernel, &["db"]);
        assert_eq!((said.status, said.err.as_str()), (status, ""), "{kernel}");
        assert!(said.out.contains(told), "{kernel}: {}", said.out);
    }
    let vex: serde_json::Value =
        serde_json::from_str(&lab.run("6.12.117", &["--vex", "db"]).out).unwrap();
    let analysis = &vex["vulnerabilities"][0]["analysis"];
    assert_eq!(analysis["state"], "resolved");
    assert!(analysis.get("justification").is_none());
}

#[test]
fn a_reason_for_a_series_of_kernels_says_nothing_of_another() {
    let lab = lab_with_kernel_reason("series", "fixed = \"6.12.115\"");
    let said = lab.run("6.18.1", &["db"]);
    assert_eq!(said.status, 2);
    assert!(said.out.contains("1 to look at"), "{}", said.out);
    assert!(said.err.contains("remove it"), "{}", said.err);
}

#[test]
fn a_reason_falls_with_the_option_that_it_says_is_off() {
    let ground = |off: &str| format!("justification = \"code_not_present\"\noff = [{off}]");
    for (name, off, status) in [
        ("off", r#""CONFIG_NET_SCHED", "CONFIG_VETH""#, 0),
        ("on", r#""CONFIG_NET_SCHED", "CONFIG_NET""#, 2),
        ("module", r#""CONFIG_E1000""#, 2),
    ] {
        let said = lab_with_kernel_reason(name, &ground(off)).run("6.12.117", &["db"]);
        assert_eq!(said.status, status, "{name}: {}", said.err);
        let open = if status == 0 { "0" } else { "1" };
        assert!(
            said.out.contains(&format!("{open} to look at")),
            "{name}: {}",
            said.out
        );
        assert_eq!(status == 0, said.err.is_empty(), "{name}: {}", said.err);
    }
    let said = lab_with_kernel_reason("on", &ground(r#""CONFIG_NET""#)).run("6.12.117", &["db"]);
    assert!(
        said.err.contains("CVE-2025-1") && said.err.contains("CONFIG_NET being off"),
        "{}",
        said.err
    );
}

#[test]
fn a_reason_has_a_justification_or_a_fix_and_names_options_as_they_are_written() {
    for (name, ground) in [
        ("neither", ""),
        (
            "both",
            "justification = \"code_not_present\"\nfixed = \"6.12.1\"",
        ),
        (
            "option",
            "justification = \"code_not_present\"\noff = [\"NET_SCHED\"]",
        ),
    ] {
        let said = lab_with_kernel_reason(name, ground).run("6.12.117", &["db"]);
        assert_eq!(said.status, 2, "{name}");
        assert!(said.err.contains("CVE-2025-1: "), "{name}: {}", said.err);
    }
}

#[test]
fn a_configuration_without_options_is_not_taken_for_one_that_has_all_off() {
    let lab = lab_with_kernel_reason("config", "fixed = \"6.12.115\"");
    lab.write("kernel.config", "# CONFIG_NET is not set\n");
    let said = lab.run("6.12.117", &["db"]);
    assert_eq!(said.status, 2);
    assert!(said.err.contains("kernel.config: "), "{}", said.err);
}

#[test]
fn a_kernel_record_is_found_where_its_version_and_a_file_are_ours() {
    let ours = r#"["drivers/gpu/x.c", "net/core/dev.c"]"#;
    let header = r#"["include/linux/skbuff.h"]"#;
    let others = r#"["net/sctp/socket.c"]"#;
    for (kernel, files, found) in [
        ("6.12.98", ours, true),
        ("6.12.98", header, true),
        ("6.12.98", "[]", true),
        ("6.12.98", others, false),
        ("6.12.99", ours, false),
        ("6.12.117", ours, false),
        ("6.13.5", ours, true),
        ("6.14", ours, false),
        ("7.0", ours, false),
        ("4.1.9", ours, false),
        ("4.2", ours, true),
    ] {
        let lab = Lab::new(&format!("kernel-{kernel}-{}", files.len()));
        lab.write(
            "db/cve/published/2025/CVE-2025-1.json",
            cve("CVE-2025-1", files, "affected", FIXED_IN_6_12_99),
        );
        let said = lab.run(kernel, &["db"]);
        assert_eq!(
            (said.status, said.err.as_str()),
            (i32::from(found), ""),
            "{kernel} {files}: {}",
            said.out
        );
    }
}

#[test]
fn a_kernel_record_without_versions_or_with_strange_ones_is_something_to_look_at() {
    for (name, ranges) in [
        ("none", "[]"),
        (
            "strange",
            r#"[{"version": "six", "lessThan": "seven", "status": "unaffected", "versionType": "semver"}]"#,
        ),
    ] {
        let lab = Lab::new(&format!("ranges-{name}"));
        lab.write(
            "db/cve/published/2025/CVE-2025-1.json",
            cve("CVE-2025-1", r#"["net/core/dev.c"]"#, "unaffected", ranges),
        );
        assert_eq!(lab.run("6.12.117", &["db"]).status, 1, "{name}");
    }
}

#[test]
fn two_databases_are_asked_together() {
    let lab = Lab::new("two");
    lab.write("rust/crates/time/RUSTSEC-2020-0071.md", TIME);
    lab.write(
        "linux/cve/published/2025/CVE-2025-1.json",
        cve("CVE-2025-1", "[]", "affected", "[]"),
    );
    let said = lab.run("6.12.117", &["rust", "linux"]);
    assert!(
        said.out.contains("2 records read: 2 to look at"),
        "{}",
        said.out
    );
    assert!(!said.out.contains("not asked"));
}

#[test]
fn vex_has_the_findings_with_state_and_reason_and_is_the_same_each_time() {
    let lab = Lab::new("vex");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    lab.write(
        "db/cve/published/2025/CVE-2025-1.json",
        cve("CVE-2025-1", "[]", "affected", "[]"),
    );
    lab.write("reasons.toml", REASON);
    let said = lab.run("6.12.117", &["--vex", "db"]);
    let vex: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(vex["bomFormat"], "CycloneDX");
    assert_eq!(vex["specVersion"], "1.6");
    let of = |id: &str| {
        let all = vex["vulnerabilities"].as_array().unwrap();
        all.iter().find(|it| it["id"] == id).unwrap().clone()
    };
    assert_eq!(of("RUSTSEC-2020-0071")["analysis"]["state"], "not_affected");
    assert_eq!(
        of("RUSTSEC-2020-0071")["analysis"]["justification"],
        "code_not_reachable"
    );
    assert_eq!(of("CVE-2025-1")["analysis"]["state"], "in_triage");
    // each refers to a component that is there
    for it in vex["vulnerabilities"].as_array().unwrap() {
        let reference = &it["affects"][0]["ref"];
        assert!(
            vex["components"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it["bom-ref"] == *reference)
        );
    }
    assert_eq!(lab.run("6.12.117", &["--vex", "db"]).out, said.out);
}

#[test]
fn the_report_as_json_has_what_the_text_has_and_what_is_wrong() {
    let lab = Lab::new("json");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    lab.write("db/crates/libc/RUSTSEC-2000-0001.md", "broken");
    lab.write(
        "db/cve/published/2025/CVE-2025-1.json",
        cve("CVE-2025-1", "[]", "affected", "[]"),
    );
    let idle = kernel_reason("fixed = \"6.12.115\"").replace("CVE-2025-1", "CVE-2025-9");
    lab.write("reasons.toml", REASON.to_owned() + &idle);
    let said = lab.run("6.12.117", &["--json", "db"]);
    assert_eq!(said.status, 2, "{}", said.err);
    let report: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    assert_eq!(report["records"], 3);
    assert_eq!(report["to_look_at"][0]["id"], "CVE-2025-1");
    let excused = &report["of_no_concern"][0];
    assert_eq!(excused["component"]["purl"], "pkg:cargo/time@0.1.45");
    assert_eq!(excused["reason"]["justification"], "code_not_reachable");
    let problem = report["not_understood"][0].as_str().unwrap();
    assert!(problem.contains("RUSTSEC-2000-0001.md"), "{problem}");
    assert_eq!(report["idle_reasons"][0]["id"], "CVE-2025-9");
    assert_eq!(report["refuted_reasons"], serde_json::json!([]));
}

#[test]
fn what_is_in_the_image_can_be_named_by_the_environment_too() {
    let lab = Lab::new("environment");
    lab.write("db/crates/time/RUSTSEC-2020-0071.md", TIME);
    let by_options = lab.run("6.12.117", &["db"]);
    let by_environment = lab.run_by_environment(&["db"]);
    assert_eq!(by_environment.status, 1, "{}", by_environment.err);
    assert_eq!(by_environment.out, by_options.out);
}
