//! The checksum of a GPT, as of Ethernet and gzip.

const POLYNOMIAL: u32 = 0xedb8_8320;

pub fn of(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| match sum & 1 {
            0 => sum >> 1,
            _ => (sum >> 1) ^ POLYNOMIAL,
        })
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sum_of_the_usual_digits_is_known() {
        assert_eq!(super::of(b"123456789"), 0xcbf4_3926);
    }
}
