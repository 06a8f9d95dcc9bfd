//! As much of ISO 9660 (ECMA-119) as it takes to find files by their names.

use std::io::{self, Read, Seek, SeekFrom};

const SECTOR: u64 = 2048;
/// The primary volume descriptor is the first of all.
const DESCRIPTOR: u64 = 16 * SECTOR;
/// More than any directory or text file of ours takes.
const LONGEST: u64 = 1 << 20;

/// A file or directory: where its bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    pub offset: u64,
    pub size: u64,
}

/// The volume of an image.
#[derive(Debug)]
pub struct Volume {
    /// The application that it says it belongs to.
    pub application: String,
    root: Extent,
}

/// The volume in `image`, if it has one.
///
/// # Errors
/// `image` can't be read.
pub fn volume(image: &mut (impl Read + Seek)) -> io::Result<Option<Volume>> {
    let mut descriptor = Vec::new();
    image.seek(SeekFrom::Start(DESCRIPTOR))?;
    image.take(SECTOR).read_to_end(&mut descriptor)?;
    let root = || extent(descriptor.get(156..190)?);
    let application = || {
        let name = descriptor.starts_with(b"\x01CD001\x01");
        let name = name.then(|| descriptor.get(574..702))??;
        Some(String::from_utf8_lossy(name).trim().to_owned())
    };
    Ok(application()
        .zip(root())
        .map(|(application, root)| Volume { application, root }))
}

impl Volume {
    /// The file or directory at `path`, names as ISO 9660 has them: files with a version. It knows upper case only;
    /// what writes images does not always keep to that.
    ///
    /// # Errors
    /// `image` can't be read.
    pub fn find(
        &self,
        image: &mut (impl Read + Seek),
        path: &[&str],
    ) -> io::Result<Option<Extent>> {
        let mut found = self.root;
        for name in path {
            let directory = read(image, found)?;
            match records(&directory).find(|(it, _)| it.eq_ignore_ascii_case(name.as_bytes())) {
                Some((_, extent)) => found = extent,
                None => return Ok(None),
            }
        }
        Ok(Some(found))
    }
}

/// The bytes of a file or directory; as many of them as there are.
///
/// # Errors
/// `image` can't be read, or it is longer than makes sense.
pub fn read(image: &mut (impl Read + Seek), extent: Extent) -> io::Result<Vec<u8>> {
    if extent.size > LONGEST {
        return Err(io::Error::other(format!(
            "a directory or file of {} bytes is in it, where no more than {LONGEST} make sense",
            extent.size
        )));
    }
    let mut bytes = Vec::new();
    image.seek(SeekFrom::Start(extent.offset))?;
    image.take(extent.size).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Names and extents in a directory. Records don't cross sectors: what is left of one is zeros.
fn records(directory: &[u8]) -> impl Iterator<Item = (&[u8], Extent)> {
    directory.chunks(SECTOR as usize).flat_map(|sector| {
        let mut rest = sector;
        std::iter::from_fn(move || {
            let length = usize::from(*rest.first()?);
            let record = rest.get(..length).filter(|record| !record.is_empty())?;
            rest = &rest[length..];
            let name = usize::from(*record.get(32)?);
            Some((record.get(33..33 + name)?, extent(record)?))
        })
    })
}

/// Numbers are there in both byte orders; the first is the little end's.
fn extent(record: &[u8]) -> Option<Extent> {
    let number = |at: usize| {
        let bytes = record.get(at..at + 4)?.try_into().ok()?;
        Some(u64::from(u32::from_le_bytes(bytes)))
    };
    Some(Extent {
        offset: number(2)? * SECTOR,
        size: number(10)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::io::Cursor;

    #[test]
    fn what_is_no_iso_has_no_volume() {
        for image in [vec![], vec![0; 100], vec![0; 1 << 16]] {
            assert!(volume(&mut Cursor::new(image)).unwrap().is_none());
        }
    }

    #[test]
    fn a_volume_that_ends_in_its_descriptor_is_none() {
        let mut image = vec![0; DESCRIPTOR as usize];
        image.extend(b"\x01CD001\x01\0");
        assert!(volume(&mut Cursor::new(image)).unwrap().is_none());
    }

    #[test]
    fn a_directory_of_four_gigabytes_is_refused_before_it_is_read() {
        let volume = Volume {
            application: String::new(),
            root: Extent {
                offset: 0,
                size: u64::from(u32::MAX),
            },
        };
        let error = volume.find(&mut Cursor::new(vec![0; 4096]), &["A"]);
        assert!(error.unwrap_err().to_string().contains("4294967295 bytes"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_directory_that_comes_to_an_end(directory: Vec<u8>) {
            records(&directory).count();
        }

        #[test]
        fn any_bytes_behind_a_descriptors_first_are_read_without_a_panic(bytes in prop::collection::vec(0u8.., 0..4096)) {
            let mut image = vec![0; DESCRIPTOR as usize];
            image.extend(b"\x01CD001\x01");
            image.extend(bytes);
            let mut image = Cursor::new(image);
            if let Some(volume) = volume(&mut image).unwrap() {
                let _ = volume.find(&mut image, &["ISOLINUX", "ISOLINUX.CFG;1"]);
            }
        }
    }
}
