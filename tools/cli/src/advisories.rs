//! `advisories DIRECTORY…`: which known vulnerabilities concern the image. What is in it comes from the build, by
//! options that the flake fills in.

use advisories::contents::{Kernel, Provenance};
use advisories::finding::Findings;
use advisories::reasons::Reasons;
use advisories::{contents, kernel, report, rustsec, vex};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

const HELP: &str = "\
usage: advisories [--vex] DIRECTORY…

Known vulnerabilities of what is linked into the image's programs and compiled into its kernel. Each DIRECTORY is
a database that you have fetched:

    RustSec's advisory-db, with crates/NAME/RUSTSEC-….md
    the kernel CNA's vulns, with cve/published/YEAR/CVE-….json

  --vex     CycloneDX VEX (JSON 1.6) instead of the report

exit status: 0 nothing to look at, 1 something to look at, 2 an error, or a database that could not be read whole
";

struct Options {
    provenance: PathBuf,
    kernel_sources: PathBuf,
    kernel_config: PathBuf,
    reasons: PathBuf,
    vex: bool,
    directories: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    if arguments.iter().any(|it| it == "--help" || it == "-h") {
        print!("{HELP}");
        return ExitCode::SUCCESS;
    }
    match options(arguments.into_iter()).and_then(run) {
        Ok(status) => status,
        Err(message) => {
            eprintln!("advisories: {message}");
            ExitCode::from(2)
        }
    }
}

fn options(mut arguments: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut named = std::collections::BTreeMap::new();
    let (mut vex, mut directories) = (false, Vec::new());
    while let Some(word) = arguments.next() {
        match word.as_str() {
            "--vex" => vex = true,
            "--provenance" | "--kernel-sources" | "--kernel-config" | "--reasons" => {
                let value = arguments
                    .next()
                    .ok_or_else(|| format!("{word} needs a value"))?;
                named.insert(word, value);
            }
            _ if word.starts_with('-') => return Err(format!("unknown option {word}: see --help")),
            _ => directories.push(PathBuf::from(word)),
        }
    }
    if directories.is_empty() {
        return Err(
            "name the directory of a database that you have fetched: see --help".to_owned(),
        );
    }
    let mut take = |name: &str| {
        named
            .remove(name)
            .ok_or_else(|| format!("{name} is missing"))
    };
    Ok(Options {
        provenance: take("--provenance")?.into(),
        kernel_sources: take("--kernel-sources")?.into(),
        kernel_config: take("--kernel-config")?.into(),
        reasons: take("--reasons")?.into(),
        vex,
        directories,
    })
}

fn run(options: Options) -> Result<ExitCode, String> {
    let in_file = |path: &Path, message| format!("{}: {message}", path.display());
    let read = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| in_file(path, error.to_string()))
    };
    let in_provenance = |error| in_file(&options.provenance, error);
    let provenance = Provenance::parse(&read(&options.provenance)?).map_err(in_provenance)?;
    let crates = provenance.crates().map_err(in_provenance)?;
    let kernel = Kernel {
        component: provenance.kernel().map_err(in_provenance)?,
        sources: contents::sources(&read(&options.kernel_sources)?)
            .map_err(|error| in_file(&options.kernel_sources, error))?,
    };
    let options_on = contents::options_on(&read(&options.kernel_config)?)
        .map_err(|error| in_file(&options.kernel_config, error))?;
    let mut reasons = Reasons::parse(&read(&options.reasons)?)
        .map_err(|error| in_file(&options.reasons, error))?;
    let refuted = reasons.take_refuted(&options_on);

    let mut found = Findings::default();
    for directory in &options.directories {
        let (of_crates, of_kernel) = (rustsec::is_here(directory), kernel::is_here(directory));
        if of_crates {
            rustsec::search(directory, &crates, &mut found);
        }
        if of_kernel {
            kernel::search(directory, &kernel, &mut found);
        }
        if !of_crates && !of_kernel {
            return Err(format!(
                "{}: no database: neither crates/ nor cve/published/ is in it",
                directory.display()
            ));
        }
    }
    found.findings.sort();
    found.findings.dedup();

    if options.vex {
        println!("{:#}", vex::vex(&found, &reasons));
    } else {
        print!("{}", report::report(&found, &reasons));
    }
    for problem in &found.problems {
        eprintln!(
            "advisories: not understood, so not known: {}",
            problem.escape_debug()
        );
    }
    for (reason, option) in &refuted {
        eprintln!(
            "advisories: {}: the reason for {} in {} rests on {option} being off, and it is on: judge it anew",
            reason.id,
            reason.purl,
            options.reasons.display()
        );
    }
    let mut status = u8::from(found.findings.iter().any(|it| reasons.of(it).is_none()));
    for reason in reasons.idle(&found) {
        eprintln!(
            "advisories: {}: the reason for {} in {} fits nothing that was found: take it away",
            reason.id,
            reason.purl,
            options.reasons.display()
        );
        status = 2;
    }
    if !found.problems.is_empty() || !refuted.is_empty() {
        status = 2;
    }
    Ok(ExitCode::from(status))
}
