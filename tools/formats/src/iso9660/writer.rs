//! A volume, from files that have names as ISO 9660's first level allows and Rock Ridge's beside them.
//!
//! ```text
//! sector 16 …      descriptors: primary volume, boot record, terminator
//!   then           directories, one sector each; path tables, little-endian and big-endian
//!   then           the files, in the order in which they were given
//! ```

use crate::error::{Error, Result};
use crate::iso9660::descriptors::{self, Descriptor, boot_record, head, volume};
use crate::iso9660::rock_ridge::{self, continuation, dates, mark, name, posix, reference};
use crate::iso9660::sector::SECTOR;
use crate::iso9660::{path_tables, record};
use crate::{calendar, el_torito};

const DIRECTORY_MODE: usize = 0o040_555;
const FILE_MODE: usize = 0o100_444;
/// Modification, access and change.
const THREE_DATES: usize = 0x0e;

// RRIP 1.09, section 4.3: what identifies the entries, word for word
const IDENTIFIER: &str = "RRIP_1991A";
const DESCRIPTION: &str =
    "THE ROCK RIDGE INTERCHANGE PROTOCOL PROVIDES SUPPORT FOR POSIX FILE SYSTEM SEMANTICS";
const SOURCE: &str = "PLEASE CONTACT DISC PUBLISHER FOR SPECIFICATION SOURCE.  SEE PUBLISHER IDENTIFIER IN \
     PRIMARY VOLUME DESCRIPTOR FOR CONTACT INFORMATION.";

/// What a volume says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Label<'a> {
    pub name: &'a str,
    /// In upper case, as ISO 9660 requires.
    pub application: &'a str,
    /// Of everything in it: seconds since 1970.
    pub time: u64,
}

#[derive(Debug)]
struct Directory {
    /// Empty for the root.
    name: String,
    sector: usize,
}

#[derive(Debug)]
struct File {
    directory: usize,
    name: String,
    sector: usize,
    size: usize,
}

/// Where everything goes.
#[derive(Debug)]
pub struct Plan {
    directories: Vec<Directory>,
    path_tables: [usize; 2],
    files: Vec<File>,
    sectors: usize,
}

impl Plan {
    /// A plan for files by their paths, `/NAME` or `/DIRECTORY/NAME`, and sizes.
    ///
    /// # Errors
    /// A name is none that ISO 9660 has.
    pub fn new(files: &[(&str, usize)]) -> Result<Plan> {
        let mut directories = vec![Directory {
            name: String::new(),
            sector: 0,
        }];
        let mut planned = Vec::new();
        for (path, size) in files {
            let (directory, name) = path
                .strip_prefix('/')
                .unwrap_or(path)
                .rsplit_once('/')
                .unwrap_or(("", path.trim_start_matches('/')));
            identifier(name)?;
            let known = directories.iter().position(|it| it.name == directory);
            let directory = match known {
                Some(index) => index,
                None => {
                    directory_identifier(directory)?;
                    directories.push(Directory {
                        name: directory.to_owned(),
                        sector: 0,
                    });
                    directories.len() - 1
                }
            };
            planned.push(File {
                directory,
                name: name.to_owned(),
                sector: 0,
                size: *size,
            });
        }
        let mut next = descriptors::START / SECTOR + 3;
        let mut take = |sectors: usize| {
            let first = next;
            next += sectors;
            first
        };
        for directory in &mut directories {
            directory.sector = take(1);
        }
        let path_tables = [take(1), take(1)];
        for file in &mut planned {
            file.sector = take(file.size.div_ceil(SECTOR));
        }
        Ok(Plan {
            directories,
            path_tables,
            files: planned,
            sectors: next,
        })
    }

    /// Of the whole volume.
    pub fn sectors(&self) -> usize {
        self.sectors
    }

    /// The sector at which a file begins.
    pub fn sector(&self, path: &str) -> Option<usize> {
        let is_it = |file: &&File| {
            let directory = &self.directories[file.directory].name;
            path.strip_prefix('/')
                .is_some_and(|path| match directory.as_str() {
                    "" => path == file.name,
                    directory => {
                        path.strip_prefix(directory)
                            .and_then(|it| it.strip_prefix('/'))
                            == Some(&file.name)
                    }
                })
        };
        self.files.iter().find(is_it).map(|file| file.sector)
    }

    /// All but the files' contents, each with its sector. `catalogue` is the file that is the boot catalogue.
    ///
    /// # Errors
    /// A directory has more files than fit into a sector, or something of the label does not fit.
    pub fn structures(&self, label: Label, catalogue: &str) -> Result<Vec<(usize, Vec<u8>)>> {
        let catalogue = self
            .sector(catalogue)
            .ok_or_else(|| Error::new(0, format!("no file {catalogue}")))?;
        let date = calendar::date(label.time);
        let tables = [false, true].map(|big_endian| self.path_table(big_endian));
        let continued = references();
        // behind the second path table, whose sector has nothing else
        let place = (self.path_tables[1], tables[1].len());
        let first = descriptors::START / SECTOR;
        let mut structures = vec![
            (first, self.primary(label, &date, tables[0].len())?),
            (first + 1, boot_record(catalogue)),
            (first + 2, descriptor(Descriptor::Terminator)),
        ];
        for index in 0..self.directories.len() {
            structures.push((
                self.directories[index].sector,
                self.directory(index, &date, place, continued.len())?,
            ));
        }
        let [little, big] = tables;
        structures.push((self.path_tables[0], little));
        structures.push((self.path_tables[1], [big, continued].concat()));
        Ok(structures)
    }

    fn path_table(&self, big_endian: bool) -> Vec<u8> {
        let names: Vec<Vec<u8>> = self
            .directories
            .iter()
            .map(|it| it.name.to_ascii_uppercase().into_bytes())
            .collect();
        let entries: Vec<(&[u8], usize, usize)> = self
            .directories
            .iter()
            .zip(&names)
            .map(|(directory, name)| {
                (
                    if name.is_empty() {
                        record::SELF
                    } else {
                        name.as_slice()
                    },
                    directory.sector,
                    1,
                )
            })
            .collect();
        path_tables::write(&entries, big_endian)
    }

    fn directory(
        &self,
        index: usize,
        date: &[u8; 7],
        continues: (usize, usize),
        continued: usize,
    ) -> Result<Vec<u8>> {
        let (root, own) = (&self.directories[0], &self.directories[index]);
        let is_root = index == 0;
        let below = if is_root { &self.directories[1..] } else { &[] };
        let to = |directory: &Directory, identifier: &[u8], entries: &[u8]| {
            let links = 2 + if directory.name.is_empty() {
                self.directories.len() - 1
            } else {
                0
            };
            let entries = [entries, &permissions(DIRECTORY_MODE, links), &times(date)].concat();
            record::write(
                directory.sector,
                SECTOR,
                date,
                record::IS_DIRECTORY,
                identifier,
                &entries,
            )
        };
        let marks = match is_root {
            true => [marked(), continuation(continues, continued)].concat(),
            false => Vec::new(),
        };
        let mut records: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
        for directory in below {
            let identifier = directory_identifier(&directory.name)?;
            let record = to(directory, &identifier, &named(&directory.name));
            records.push((identifier, record));
        }
        for file in self.files.iter().filter(|it| it.directory == index) {
            let identifier = identifier(&file.name)?;
            let entries = [named(&file.name), permissions(FILE_MODE, 1), times(date)].concat();
            let record = record::write(file.sector, file.size, date, 0, &identifier, &entries);
            records.push((identifier, record));
        }
        // ECMA-119, section 9.3
        records.sort();
        let mut written = [to(own, record::SELF, &marks), to(root, record::PARENT, &[])].concat();
        written.extend(records.into_iter().flat_map(|(_, record)| record));
        match written.len() {
            ..=SECTOR => Ok(written),
            _ => Err(Error::new(0, format!("too many files in /{}", own.name))),
        }
    }

    fn primary(&self, label: Label, date: &[u8; 7], path_table: usize) -> Result<Vec<u8>> {
        let mut primary = descriptor(Descriptor::Primary);
        for blank in [
            volume::SYSTEM,
            volume::NAME,
            volume::SET_NAME,
            volume::PUBLISHER,
            volume::PREPARER,
            volume::APPLICATION,
            volume::FILES,
        ] {
            primary[blank.range()].fill(b' ');
        }
        for (field, number) in [
            (volume::SIZE, self.sectors),
            (volume::SET_SIZE, 1),
            (volume::SEQUENCE_NUMBER, 1),
            (volume::BLOCK_SIZE, SECTOR),
            (volume::PATH_TABLE_SIZE, path_table),
            (volume::LITTLE_PATH_TABLE, self.path_tables[0]),
            (volume::BIG_PATH_TABLE, self.path_tables[1]),
            (volume::STRUCTURE_VERSION, 1),
        ] {
            field.put_number(&mut primary, number);
        }
        let root = self.directories[0].sector;
        let root = record::write(root, SECTOR, date, record::IS_DIRECTORY, record::SELF, &[]);
        primary[descriptors::ROOT..][..root.len()].copy_from_slice(&root);
        let written = calendar::digits(label.time);
        for (field, text) in [
            (volume::NAME, label.name.as_bytes()),
            (
                volume::APPLICATION,
                label.application.to_ascii_uppercase().as_bytes(),
            ),
            (volume::CREATED, &written),
            (volume::MODIFIED, &written),
            // never
            (volume::EXPIRES, b"0000000000000000"),
            (volume::EFFECTIVE, b"0000000000000000"),
        ] {
            if text.len() > field.length() {
                return Err(Error::new(
                    0,
                    format!("the {} takes {} bytes at most", field.name, field.length()),
                ));
            }
            field.put(&mut primary, text);
        }
        Ok(primary)
    }
}

fn descriptor(kind: Descriptor) -> Vec<u8> {
    let mut descriptor = vec![0; kind.length()];
    head::KIND.put_number(&mut descriptor, kind.code());
    head::IDENTIFIER.put(&mut descriptor, descriptors::IDENTIFIER);
    head::VERSION.put_number(&mut descriptor, 1);
    descriptor
}

fn boot_record(catalogue: usize) -> Vec<u8> {
    let mut record = descriptor(Descriptor::BootRecord);
    boot_record::SYSTEM.put(&mut record, el_torito::NAME);
    boot_record::CATALOGUE.put_number(&mut record, catalogue);
    record
}

/// A file's name as the first level of interchange has it (ECMA-119, section 10.1): `BZIMAGE.;1`.
fn identifier(name: &str) -> Result<Vec<u8>> {
    let (stem, extension) = name.split_once('.').unwrap_or((name, ""));
    if stem.is_empty()
        || stem.len() > 8
        || extension.len() > 3
        || !is_plain(stem)
        || !is_plain(extension)
    {
        return Err(Error::new(
            0,
            format!("ISO 9660 has no file name \"{name}\""),
        ));
    }
    Ok(format!("{stem}.{extension};1")
        .to_ascii_uppercase()
        .into_bytes())
}

fn directory_identifier(name: &str) -> Result<Vec<u8>> {
    if name.is_empty() || name.len() > 8 || !is_plain(name) {
        return Err(Error::new(
            0,
            format!("ISO 9660 has no directory name \"{name}\""),
        ));
    }
    Ok(name.to_ascii_uppercase().into_bytes())
}

fn is_plain(name: &str) -> bool {
    name.bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn permissions(mode: usize, links: usize) -> Vec<u8> {
    let mut entry = rock_ridge::write(rock_ridge::POSIX, posix::GROUP.end);
    posix::MODE.put_number(&mut entry, mode);
    posix::LINKS.put_number(&mut entry, links);
    entry
}

fn times(date: &[u8; 7]) -> Vec<u8> {
    let mut entry = rock_ridge::write(rock_ridge::DATES, dates::THIRD.end);
    dates::KINDS.put_number(&mut entry, THREE_DATES);
    for field in [dates::FIRST, dates::SECOND, dates::THIRD] {
        field.put(&mut entry, date);
    }
    entry
}

fn named(file: &str) -> Vec<u8> {
    let mut entry = rock_ridge::write(rock_ridge::NAME, name::NAME.start + file.len());
    entry[name::NAME.start..].copy_from_slice(file.as_bytes());
    entry
}

fn marked() -> Vec<u8> {
    let mut entry = rock_ridge::write(rock_ridge::MARK, mark::END);
    mark::MARK.put(&mut entry, b"\xbe\xef\0");
    entry
}

fn continuation((sector, offset): (usize, usize), size: usize) -> Vec<u8> {
    let mut entry = rock_ridge::write(rock_ridge::CONTINUATION, continuation::END);
    for (field, number) in [
        (continuation::SECTOR, sector),
        (continuation::OFFSET, offset),
        (continuation::SIZE, size),
    ] {
        field.put_number(&mut entry, number);
    }
    entry
}

fn references() -> Vec<u8> {
    let texts = [IDENTIFIER, DESCRIPTION, SOURCE];
    let start = reference::TEXTS.start;
    let length = start + texts.iter().map(|text| text.len()).sum::<usize>();
    let mut entry = rock_ridge::write(rock_ridge::REFERENCE, length);
    let lengths = [
        reference::IDENTIFIER_LENGTH,
        reference::DESCRIPTION_LENGTH,
        reference::SOURCE_LENGTH,
    ];
    for (field, text) in lengths.into_iter().zip(texts) {
        field.put_number(&mut entry, text.len());
    }
    reference::VERSION.put_number(&mut entry, 1);
    entry[start..].copy_from_slice(texts.concat().as_bytes());
    entry
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_the_first_level() {
        assert_eq!(identifier("bzImage").unwrap(), b"BZIMAGE.;1");
        assert_eq!(identifier("ldlinux.c32").unwrap(), b"LDLINUX.C32;1");
        for name in ["", ".", "a.b.c", "ninechars", "a.long", "ä", "a b", "a/b"] {
            assert!(identifier(name).is_err(), "{name:?}");
        }
        assert!(directory_identifier("a.b").is_err());
    }

    #[test]
    fn files_lie_one_behind_the_other_in_the_order_given() {
        let plan = Plan::new(&[("/b", 2049), ("/sub/a", 0), ("/a", 1)]).unwrap();
        assert_eq!(plan.sector("/b"), Some(23));
        assert_eq!(plan.sector("/sub/a"), Some(25));
        assert_eq!(plan.sector("/a"), Some(25));
        assert_eq!(plan.sectors(), 26);
        assert_eq!(plan.sector("/sub"), None);
        assert_eq!(plan.sector("a"), None);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let names: Vec<String> = (0..40).map(|number| format!("/file{number}")).collect();
        let files: Vec<(&str, usize)> = names.iter().map(|name| (name.as_str(), 1)).collect();
        let label = Label {
            name: "A",
            application: "B",
            time: 0,
        };
        let plan = Plan::new(&files).unwrap();
        assert!(
            plan.structures(label, "/file0")
                .unwrap_err()
                .message
                .contains("too many files")
        );
        let plan = Plan::new(&files[..2]).unwrap();
        let long = Label {
            application: &"A".repeat(129),
            ..label
        };
        assert!(plan.structures(long, "/file0").is_err());
        assert!(plan.structures(label, "/other").is_err());
    }
}
