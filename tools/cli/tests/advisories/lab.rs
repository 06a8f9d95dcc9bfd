//! A directory of its own for a test, with a hand-made database in it, and the program to try on it.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Lab {
    pub root: PathBuf,
}

pub struct Said {
    pub status: i32,
    pub out: String,
    pub err: String,
}

pub const TIME: &str = r#"```toml
[advisory]
id = "RUSTSEC-2020-0071"
package = "time"
date = "2020-11-18"

[affected]
os = ["linux", "macos"]
[affected.functions]
"time::at_utc" = ["^0.1"]

[versions]
patched = [">= 0.2.23"]
unaffected = ["=0.2.0"]
```

# Potential segfault
"#;

/// A record of the kernel's, with the files, the status by default and the ranges given.
pub fn cve(id: &str, files: &str, default: &str, ranges: &str) -> String {
    format!(
        r#"{{"cveMetadata": {{"cveID": "{id}", "state": "PUBLISHED"}},
        "containers": {{"cna": {{"title": "net: a fix", "affected": [
            {{"defaultStatus": "unaffected", "programFiles": {files},
              "versions": [{{"version": "1da177e4", "lessThan": "0123abcd", "status": "affected", "versionType": "git"}}]}},
            {{"defaultStatus": "{default}", "programFiles": {files}, "versions": {ranges}}}
        ]}}}}}}"#
    )
}

/// The ranges of a bug that came with 4.2 and was fixed in 6.12.99 and 6.14.
pub const FIXED_IN_6_12_99: &str = r#"[
    {"version": "4.2", "status": "affected"},
    {"version": "0", "lessThan": "4.2", "status": "unaffected", "versionType": "semver"},
    {"version": "6.12.99", "lessThanOrEqual": "6.12.*", "status": "unaffected", "versionType": "semver"},
    {"version": "6.14", "lessThanOrEqual": "*", "status": "unaffected", "versionType": "original_commit_for_fix"}]"#;

/// The provenance of an image with that kernel and two programs, as far as it is read here.
fn provenance(kernel: &str) -> String {
    let libc = r#"{"name": "libc", "version": "0.2.170", "purl": "pkg:cargo/libc@0.2.170", "sha256": "00"}"#;
    let time = r#"{"name": "time", "version": "0.1.45", "purl": "pkg:cargo/time@0.1.45"}"#;
    let own = r#"{"name": "winapi", "version": "0.1.0", "purl": null}"#;
    format!(
        r#"{{"identity": "07d7", "components": {{
        "kernel": {{"name": "linux", "version": "{kernel}", "purl": "pkg:generic/linux@{kernel}"}},
        "settings": {{"name": "settings", "version": null}},
        "init": {{"name": "init", "linked": {{"crates": [{own}, {libc}]}}}},
        "program-hello": {{"name": "hello", "linked": {{"crates": [{libc}, {time}]}}}}
    }}}}"#
    )
}

impl Lab {
    pub fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("advisories-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&root);
        let lab = Self { root };
        lab.write("sources.list", "net/core/dev.c\ninclude/linux/skbuff.h\n");
        lab.write(
            "kernel.config",
            "CONFIG_NET=y\nCONFIG_E1000=m\n# CONFIG_NET_SCHED is not set\n",
        );
        lab.write("reasons.toml", "");
        lab
    }

    pub fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.root.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub fn run(&self, kernel: &str, more: &[&str]) -> Said {
        self.run_with(kernel, more, |provenance| provenance)
    }

    /// The same with a provenance that is changed before.
    pub fn run_with(&self, kernel: &str, more: &[&str], change: impl Fn(String) -> String) -> Said {
        self.write("provenance.json", change(provenance(kernel)));
        let mut program = self.program();
        program
            .args(["--provenance", "provenance.json"])
            .args(["--kernel-sources", "sources.list"])
            .args(["--kernel-config", "kernel.config"])
            .args(["--reasons", "reasons.toml"])
            .args(more);
        Said::by(&mut program)
    }

    /// The same once more, with all that options name named by the environment.
    pub fn run_by_environment(&self, more: &[&str]) -> Said {
        let mut program = self.program();
        program
            .env("SCRATCHMACHINE_PROVENANCE", "provenance.json")
            .env("SCRATCHMACHINE_KERNEL_SOURCES", "sources.list")
            .env("SCRATCHMACHINE_KERNEL_CONFIG", "kernel.config")
            .env("SCRATCHMACHINE_REASONS", "reasons.toml")
            .args(more);
        Said::by(&mut program)
    }

    fn program(&self) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_scratchmachine"));
        program.current_dir(&self.root).arg("advisories");
        program
    }
}

impl Said {
    fn by(program: &mut Command) -> Said {
        let output = program.output().unwrap();
        Said {
            status: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all::<&Path>(&self.root);
    }
}
