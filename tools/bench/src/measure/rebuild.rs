//! How long the image takes to be built again after a change of init, and what is built for it.

use crate::progress;
use crate::results::Rebuild;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// In a copy of the checkout, which nobody else changes meanwhile. `source` gets one more line, and `command` stands for
/// `nix`.
pub fn measure(command: &str, source: &str) -> Result<Rebuild, String> {
    let copy = Copy::of_checkout()?;
    progress::log(&format!("rebuild: in a copy in {}", copy.0.display()));
    // whatever else is not built yet
    build(command, &copy, &[])?;
    let path = copy.0.join(source);
    let mut text = std::fs::read_to_string(&path)
        .map_err(|error| format!("read {}: {error}", path.display()))?;
    // never the same twice, or it would be in the store already
    text += &format!(
        "// {}, {:?}\n",
        std::process::id(),
        std::time::SystemTime::now()
    );
    std::fs::write(&path, text).map_err(|error| format!("write {}: {error}", path.display()))?;

    let built = derivations(&build(command, &copy, &["--dry-run"])?);
    let began = Instant::now();
    build(command, &copy, &[])?;
    let seconds = began.elapsed().as_secs_f64();
    progress::log(&format!(
        "rebuild: {seconds:.1} s for {} derivations: {}",
        built.len(),
        built.join(" ")
    ));
    if built.is_empty() {
        return Err(format!(
            "rebuild: nothing is built after a change of {source}: is it still a source of the image?"
        ));
    }
    Ok(Rebuild { seconds, built })
}

/// Builds the image, and returns the messages on standard error.
fn build(command: &str, copy: &Copy, options: &[&str]) -> Result<String, String> {
    let output = Command::new(command)
        .args(["build", ".#iso", "--no-link"])
        .args(options)
        .current_dir(&copy.0)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("run {command}: {error}"))?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() {
        Ok(message)
    } else {
        Err(format!("{command} build .#iso failed:\n{message}"))
    }
}

/// A copy of the files that git tracks, in a temporary directory that goes with this value.
struct Copy(PathBuf);

impl Copy {
    fn of_checkout() -> Result<Copy, String> {
        let directory = std::env::temp_dir().join(format!("bench-{}", std::process::id()));
        std::fs::create_dir(&directory)
            .map_err(|error| format!("make {}: {error}", directory.display()))?;
        let copy = Copy(directory);
        let output = Command::new("git")
            .args(["ls-files", "-z"])
            .output()
            .map_err(|error| format!("run git, is it installed? {error}"))?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr);
            return Err(format!("git ls-files failed: {message}"));
        }
        let files = String::from_utf8_lossy(&output.stdout).into_owned();
        // a tracked file may have been deleted
        for file in files
            .split_terminator('\0')
            .filter(|it| Path::new(it).exists())
        {
            let target = copy.0.join(file);
            if let Some(parent) = target.parent() {
                std::fs::create_dir_all(parent)
                    .map_err(|error| format!("make {}: {error}", parent.display()))?;
            }
            std::fs::copy(file, &target).map_err(|error| format!("copy {file}: {error}"))?;
        }
        Ok(copy)
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The names of the derivations that `nix build --dry-run` would build.
fn derivations(message: &str) -> Vec<String> {
    message
        .lines()
        .filter_map(|line| line.trim().strip_suffix(".drv"))
        .filter_map(|path| path.rsplit('/').next()?.split_once('-'))
        .map(|(_, name)| name.to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivations_are_named_without_directory_and_hash() {
        let message = "these 2 derivations will be built:
  /nix/store/1nsp7gyr3dw2kb3mp4d9v0k1r1xwhz2c-scratchmachine-iso.drv
  /nix/store/3x5wpf1i0zz53kl8s3x1nrgvvn8rmcw0-scratchmachine-deps-0.1.0.drv
warning: something else
";
        let built = derivations(message);
        assert_eq!(built, ["scratchmachine-iso", "scratchmachine-deps-0.1.0"]);
        let rebuild = Rebuild {
            seconds: 1.0,
            built,
        };
        assert_eq!(rebuild.needless(), 1);
    }
}
