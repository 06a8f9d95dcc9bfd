//! The text on the screen of a PC, read from the memory of its VGA card.

/// Where text modes have it: a cell is a character and its colours. The kernel scrolls by moving the beginning
/// of what is shown, so that the lines before it are there, too.
const MEMORY: &str = "0xb8000";
const CELLS: usize = 32 * 1024 / 2;
const COLUMNS: usize = 80;

/// `monitor` gives QEMU's monitor a command and returns its answer.
pub fn text(monitor: impl Fn(&str) -> String) -> String {
    let dump = monitor(&format!("xp /{CELLS}hx {MEMORY}"));
    let cells: Vec<char> = dump
        .lines()
        // `00000000000b8000: 0x0753 0x0765 …`
        .filter_map(|line| line.split_once(": "))
        .flat_map(|(_, cells)| cells.split_whitespace())
        .filter_map(|cell| u16::from_str_radix(cell.strip_prefix("0x")?, 16).ok())
        .map(|cell| char::from(cell.to_le_bytes()[0]))
        .collect();
    cells
        .chunks(COLUMNS)
        .map(|row| row.iter().collect::<String>().trim_end().to_owned() + "\n")
        .collect()
}
