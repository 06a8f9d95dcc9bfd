//! The ACPI power button, as the input device that the kernel presents it as.

use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

/// struct input_event (linux/input.h): two 64-bit times, type and code of 16 bits, value of 32.
const EVENT_SIZE: usize = 24;
const EV_KEY: u16 = 1;
const KEY_POWER: u16 = 116;

/// Every input device that has a power key.
pub fn find() -> Vec<PathBuf> {
    let Ok(inputs) = std::fs::read_dir("/sys/class/input") else {
        return Vec::new();
    };
    inputs
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| has_power_key(path))
        .filter_map(|path| Some(PathBuf::from("/dev/input").join(path.file_name()?)))
        .collect()
}

/// `capabilities/key` is a bitmap in hexadecimal words of 64 bits, the highest first.
fn has_power_key(event_device: &std::path::Path) -> bool {
    let bitmap = std::fs::read_to_string(event_device.join("device/capabilities/key"));
    bitmap.is_ok_and(|bitmap| has_bit(&bitmap, KEY_POWER))
}

fn has_bit(bitmap: &str, bit: u16) -> bool {
    bitmap
        .split_whitespace()
        .rev()
        .nth(usize::from(bit / 64))
        .and_then(|word| u64::from_str_radix(word, 16).ok())
        .is_some_and(|word| (word >> (bit % 64)) & 1 == 1)
}

/// Wait until the key is pressed. Returns false if the device can't be read (any longer).
pub fn wait_for_press(mut device: &File) -> bool {
    let mut event = [0; EVENT_SIZE];
    while device.read_exact(&mut event).is_ok() {
        if is_press(&event) {
            return true;
        }
    }
    false
}

fn is_press(event: &[u8; EVENT_SIZE]) -> bool {
    let [.., t0, t1, c0, c1, v0, v1, v2, v3] = *event;
    u16::from_ne_bytes([t0, t1]) == EV_KEY
        && u16::from_ne_bytes([c0, c1]) == KEY_POWER
        && i32::from_ne_bytes([v0, v1, v2, v3]) == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_power_key_is_found_in_the_kernels_bitmap() {
        assert!(has_bit("10000000000000 0\n", KEY_POWER));
        assert!(!has_bit("0 10000000000000\n", KEY_POWER));
        assert!(!has_bit("malformed", KEY_POWER));
        assert!(!has_bit("", KEY_POWER));
    }

    #[test]
    fn only_pressing_counts_not_releasing() {
        let mut event = [0; EVENT_SIZE];
        event[16..18].copy_from_slice(&EV_KEY.to_ne_bytes());
        event[18..20].copy_from_slice(&KEY_POWER.to_ne_bytes());
        event[20..].copy_from_slice(&1i32.to_ne_bytes());
        assert!(is_press(&event));
        event[20..].copy_from_slice(&0i32.to_ne_bytes());
        assert!(!is_press(&event));
    }
}
