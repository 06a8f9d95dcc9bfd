//! The plan: what is to be measured, as nix/bench writes it in JSON.

use serde::Deserialize;
use std::path::{Path, PathBuf};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// The page that every machine serves.
    pub greeting: String,
    /// The foundation that this was built on, and what stands for `nix` there.
    pub foundation: String,
    pub command: String,
    /// The table of limits.
    pub limits: PathBuf,
    pub machines: Vec<Machine>,
    pub throughput: Throughput,
    /// Our ISO, as `run .#vm` boots it.
    pub iso: PathBuf,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Machine {
    pub name: String,
    pub title: String,
    pub image: Image,
    pub memory_mb: u32,
    pub kernel: PathBuf,
    pub user_space: Vec<PathBuf>,
    pub markers: Vec<Marker>,
    pub memory: Option<Memory>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Image {
    Iso(PathBuf),
    /// A command that boots it, as `run .#vm` does.
    Runner(String),
}

/// A phase of the boot ends when the console shows `end`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Marker {
    pub phase: String,
    pub end: String,
}

/// Where a machine, or one that differs in nothing else, reports its memory.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Memory {
    pub iso: PathBuf,
    pub port: u16,
    pub path: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Throughput {
    pub iso: PathBuf,
    pub memory_mb: u32,
    pub servers: Vec<Server>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    pub name: String,
    pub port: u16,
}

impl Plan {
    pub fn read(path: &Path) -> Result<Plan, String> {
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("read the plan {}: {error}", path.display()))?;
        serde_json::from_str(&text)
            .map_err(|error| format!("the plan {}, written by nix/bench: {error}", path.display()))
    }
}
