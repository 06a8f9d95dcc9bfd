//! Which known vulnerabilities concern an image: what is in it ([`contents`]) held against databases in
//! directories ([`rustsec`], [`kernel`]), with our reasons for what does not matter ([`reasons`]), as a report
//! ([`report`]) and as CycloneDX VEX ([`vex`]).
//!
//! A database is material from outside: files are read up to a limit, links not followed, and what can't be
//! understood is told as a problem and never taken for "not affected".

pub mod contents;
pub mod database;
pub mod finding;
pub mod kernel;
pub mod reasons;
pub mod report;
pub mod rustsec;
pub mod version;
pub mod vex;
