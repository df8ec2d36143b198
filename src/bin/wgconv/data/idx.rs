//! The IDX file format of the MNIST family, plain or gzip-compressed: a magic number (two zeros, element type, number of
//! axes), the extents as big-endian 32-bit numbers, then the elements. Only unsigned bytes occur in these sets.

use std::io::{self, BufRead, Read};

/// What `0x08` in the magic number's third byte means.
const UNSIGNED_BYTE: u8 = 0x08;
/// More than any file of this family has (60,000 images take 47 MB); above this, the header is wrong.
const MOST_BYTES: u64 = 1 << 30;

/// Why bytes are not the IDX array that was expected.
#[derive(Debug, thiserror::Error)]
pub enum IdxError {
    #[error("not an IDX file: it starts with the bytes {0:02x?}, but must start with 00 00 08 and the number of axes")]
    NotIdx([u8; 4]),
    #[error("the header is little-endian, but IDX is big-endian: the file was written with swapped bytes")]
    WrongEndian,
    #[error("the elements have IDX type {0:#04x}, but must be unsigned bytes (0x08)")]
    ElementType(u8),
    #[error("the array has {found} axes, but must have {expected} (images have 3, labels 1)")]
    Axes { expected: u8, found: u8 },
    #[error("the header says {0:?}, which is more than {MOST_BYTES} bytes: it is damaged")]
    TooLarge(Vec<u32>),
    #[error("truncated: {expected} bytes of {part} expected, {found} found")]
    Truncated { part: &'static str, expected: u64, found: u64 },
    #[error("{0:?} are all the elements that the header announces, but more bytes follow")]
    TrailingData(Vec<u32>),
    #[error("cannot be read")]
    Io(#[from] io::Error),
}

/// An array of unsigned bytes.
#[derive(Debug, PartialEq)]
pub struct Idx {
    pub extents: Vec<usize>,
    pub data: Vec<u8>,
}

/// Reads an array with this number of axes. gzip is recognised by content, not by name.
pub fn read(mut reader: impl BufRead, axes: u8) -> Result<Idx, IdxError> {
    if reader.fill_buf()?.starts_with(&[0x1f, 0x8b]) {
        read_plain(flate2::bufread::MultiGzDecoder::new(reader), axes)
    } else {
        read_plain(reader, axes)
    }
}

fn read_plain(mut reader: impl Read, axes: u8) -> Result<Idx, IdxError> {
    let magic: [u8; 4] = read_up_to(&mut reader, 4, "magic number")?.try_into().expect("its length was checked");
    match magic {
        [0, 0, UNSIGNED_BYTE, found] if found == axes => {}
        [0, 0, UNSIGNED_BYTE, found] => return Err(IdxError::Axes { expected: axes, found }),
        [1..=4, UNSIGNED_BYTE, 0, 0] => return Err(IdxError::WrongEndian),
        [0, 0, element_type @ (0x09 | 0x0b..=0x0e), _] => return Err(IdxError::ElementType(element_type)),
        _ => return Err(IdxError::NotIdx(magic)),
    }
    let header = read_up_to(&mut reader, 4 * u64::from(axes), "header")?;
    let words = header.chunks_exact(4).map(|word| [word[0], word[1], word[2], word[3]]);
    let extents: Vec<u32> = words.clone().map(u32::from_be_bytes).collect();
    // The right magic number with extents that make sense only when swapped comes from hand-written converters.
    let swapped = element_count(&words.map(u32::from_le_bytes).collect::<Vec<_>>());
    let Some(count) = element_count(&extents) else {
        return Err(if swapped.is_some() { IdxError::WrongEndian } else { IdxError::TooLarge(extents) });
    };
    let data = match read_up_to(&mut reader, count, "elements") {
        Err(IdxError::Truncated { found, .. }) if swapped == Some(found) => return Err(IdxError::WrongEndian),
        other => other?,
    };
    // Reading on to the end also is what makes a gzip stream check its sum.
    if reader.take(1).read_to_end(&mut Vec::new())? > 0 {
        return Err(IdxError::TrailingData(extents));
    }
    Ok(Idx { extents: extents.into_iter().map(|extent| extent as usize).collect(), data })
}

fn element_count(extents: &[u32]) -> Option<u64> {
    let product = extents.iter().try_fold(1u64, |product, &extent| product.checked_mul(extent.into()));
    product.filter(|&count| count <= MOST_BYTES)
}

/// Exactly `expected` bytes, or the error that says how many were there. Memory grows with what is really there, never
/// with what a header promises.
fn read_up_to(reader: impl Read, expected: u64, part: &'static str) -> Result<Vec<u8>, IdxError> {
    let mut bytes = Vec::new();
    let result = reader.take(expected).read_to_end(&mut bytes);
    let found = bytes.len() as u64;
    match result {
        Ok(_) if found == expected => Ok(bytes),
        Ok(_) => Err(IdxError::Truncated { part, expected, found }),
        // A gzip stream that ends early.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Err(IdxError::Truncated { part, expected, found })
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(magic: [u8; 4], extents: &[u32], body: &[u8]) -> Vec<u8> {
        let mut bytes = magic.to_vec();
        bytes.extend(extents.iter().flat_map(|extent| extent.to_be_bytes()));
        bytes.extend(body);
        bytes
    }

    fn images() -> Vec<u8> {
        file([0, 0, 8, 3], &[2, 1, 3], &[1, 2, 3, 4, 5, 6])
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn reads_plain_and_gzip() {
        let expected = Idx { extents: vec![2, 1, 3], data: vec![1, 2, 3, 4, 5, 6] };
        assert_eq!(read(&images()[..], 3).unwrap(), expected);
        assert_eq!(read(&gzip(&images())[..], 3).unwrap(), expected);
    }

    #[test]
    fn every_truncation_is_an_error() {
        let (plain, packed) = (images(), gzip(&images()));
        for end in 0..plain.len() {
            assert!(matches!(read(&plain[..end], 3), Err(IdxError::Truncated { .. })), "plain, {end} bytes");
        }
        for end in 0..packed.len() {
            assert!(read(&packed[..end], 3).is_err(), "gzip, {end} of {} bytes", packed.len());
        }
        let error = read(&plain[..18], 3).unwrap_err();
        assert!(matches!(error, IdxError::Truncated { part: "elements", expected: 6, found: 2 }), "{error}");
    }

    #[test]
    fn damaged_gzip_is_an_error() {
        let mut packed = gzip(&images());
        let checksum = packed.len() - 8;
        packed[checksum] ^= 1;
        assert!(matches!(read(&packed[..], 3), Err(IdxError::Io(_))));
    }

    #[test]
    fn trailing_data_is_an_error() {
        let mut plain = images();
        plain.push(0);
        assert!(matches!(read(&plain[..], 3), Err(IdxError::TrailingData(_))));
        assert!(matches!(read(&gzip(&plain)[..], 3), Err(IdxError::TrailingData(_))));
    }

    #[test]
    fn wrong_endian_is_named() {
        let swapped_magic = file([3, 8, 0, 0], &[2u32.swap_bytes(), 1u32.swap_bytes(), 3u32.swap_bytes()], &[0; 6]);
        assert!(matches!(read(&swapped_magic[..], 3), Err(IdxError::WrongEndian)));
        let swapped_extents = file([0, 0, 8, 3], &[2u32.swap_bytes(), 1u32.swap_bytes(), 3u32.swap_bytes()], &[0; 6]);
        assert!(matches!(read(&swapped_extents[..], 3), Err(IdxError::WrongEndian)));
        let swapped_count = file([0, 0, 8, 1], &[2u32.swap_bytes()], &[0, 1]);
        assert!(matches!(read(&swapped_count[..], 1), Err(IdxError::WrongEndian)));
    }

    #[test]
    fn wrong_type_and_axes_are_named() {
        assert!(matches!(read(&file([0, 0, 0x0d, 3], &[1, 1, 1], &[0; 4])[..], 3), Err(IdxError::ElementType(0x0d))));
        let labels = file([0, 0, 8, 1], &[2], &[0, 1]);
        assert!(matches!(read(&labels[..], 3), Err(IdxError::Axes { expected: 3, found: 1 })));
        assert!(matches!(read(&b"\x89PNG\r\n\x1a\n"[..], 3), Err(IdxError::NotIdx(_))));
        assert!(matches!(read(&[][..], 3), Err(IdxError::Truncated { part: "magic number", .. })));
    }

    #[test]
    fn a_lying_header_allocates_nothing() {
        let huge = file([0, 0, 8, 3], &[u32::MAX, u32::MAX, u32::MAX], &[]);
        assert!(matches!(read(&huge[..], 3), Err(IdxError::TooLarge(_))));
        let large = file([0, 0, 8, 3], &[1 << 15, 1 << 7, 1 << 7], &[]);
        let error = read(&large[..], 3).unwrap_err();
        assert!(matches!(error, IdxError::Truncated { expected: 0x2000_0000, found: 0, .. }), "{error}");
    }
}
