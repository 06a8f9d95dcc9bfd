//! isolinux' configuration, as far as others have to read it.

pub const PATH: &str = "/isolinux/isolinux.cfg";

/// The kernel's command line.
pub fn command_line(configuration: &str) -> &str {
    let mut lines = configuration.lines();
    let line = lines.find_map(|line| line.trim().strip_prefix("APPEND "));
    line.unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_found_in_the_loaders_configuration() {
        let configuration = "LABEL x\n  INITRD /i\n  APPEND a=b c\n";
        assert_eq!(command_line(configuration), "a=b c");
        assert_eq!(command_line(""), "");
    }
}
