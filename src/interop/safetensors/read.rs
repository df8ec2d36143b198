//! Reading.

use std::collections::BTreeMap;
#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

use ::safetensors::tensor::{Dtype, Metadata, SafeTensors, TensorInfo};

use crate::error::{Error, Result};
use crate::gpu::{Context, Tensor};

/// A safetensors file in memory, its header checked.
///
/// ```
/// use wgconv::safetensors::{Reader, Writer};
/// let bytes = Writer::new().values("dense.bias", &[2], &[0.5, -0.5])?.metadata("made by", "me").to_bytes()?;
/// let file = Reader::from_bytes(bytes)?;
/// assert_eq!(file.names(), ["dense.bias"]);
/// assert_eq!(file.metadata("made by"), Some("me"));
/// let error = file.entry("fc.bias").unwrap_err();
/// assert_eq!(error.to_string(), r#"fc.bias is missing; the file has ["dense.bias"]"#);
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Debug)]
pub struct Reader {
    bytes: Vec<u8>,
    header: Metadata,
    /// Where the tensors' bytes start.
    start: usize,
}

/// One tensor of a file.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    name: &'a str,
    info: &'a TensorInfo,
    bytes: &'a [u8],
}

impl Reader {
    /// Reads a whole file into memory and checks its header.
    ///
    /// # Errors
    /// [`Error::File`], [`Error::NotSafetensors`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open(path: impl AsRef<Path>) -> Result<Reader> {
        Reader::open_at_most(path, u64::MAX)
    }

    /// [`Reader::open`] for a file that can have so many bytes at most: a larger one is refused before it is read.
    ///
    /// # Errors
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn open_at_most(path: impl AsRef<Path>, most_bytes: u64) -> Result<Reader> {
        let path = path.as_ref();
        let failed = |reason: String| Error::File { during: "read", path: path.display().to_string(), reason };
        let bytes = read_at_most(path, most_bytes).map_err(|error| failed(error.to_string()))?;
        Reader::new(&path.display().to_string(), bytes)
    }

    /// Takes a file's bytes and checks the header.
    ///
    /// # Errors
    /// [`Error::NotSafetensors`].
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Reader> {
        Reader::new("bytes", bytes)
    }

    fn new(source_name: &str, bytes: Vec<u8>) -> Result<Reader> {
        let read = SafeTensors::read_metadata(&bytes);
        let (header_bytes, header) = read.map_err(|error| Error::NotSafetensors {
            source_name: source_name.to_owned(),
            reason: error.to_string(),
        })?;
        // The header's length stands before it, in 8 bytes.
        Ok(Reader { start: 8 + header_bytes, header, bytes })
    }

    /// The names of all tensors, sorted.
    pub fn names(&self) -> Vec<String> {
        let mut names = self.header.offset_keys();
        names.sort_unstable();
        names
    }

    /// What the file says about itself under this key.
    pub fn metadata(&self, key: &str) -> Option<&str> {
        self.header.metadata().as_ref()?.get(key).map(String::as_str)
    }

    /// The tensor of this name.
    ///
    /// # Errors
    /// [`Error::MissingEntry`], which lists what is there.
    pub fn entry<'a>(&'a self, name: &'a str) -> Result<Entry<'a>> {
        let missing = || Error::MissingEntry { name: name.to_owned(), found: self.names() };
        let info = self.header.info(name).ok_or_else(missing)?;
        let (low, high) = info.data_offsets;
        // The header was checked against the number of bytes.
        let bytes = self.bytes.get(self.start + low..self.start + high).ok_or_else(missing)?;
        Ok(Entry { name, info, bytes })
    }

    /// Every tensor of the file on the device, by name.
    ///
    /// # Errors
    /// As for [`Entry::tensor`].
    pub fn tensors(&self, ctx: &Context) -> Result<BTreeMap<String, Tensor>> {
        let load = |name: String| {
            let tensor = self.entry(&name)?.tensor(ctx)?;
            Ok((name, tensor))
        };
        self.names().into_iter().map(load).collect()
    }
}

impl<'a> Entry<'a> {
    /// The extents, outermost first.
    pub fn shape(&self) -> &'a [usize] {
        &self.info.shape
    }

    /// The element type, as the format writes it: `F32`, `BF16`, `I64` and so on.
    pub fn dtype(&self) -> String {
        self.info.dtype.to_string()
    }

    /// Itself, if it has this shape.
    ///
    /// # Errors
    /// [`Error::EntryShape`].
    pub fn expect_shape(self, expected: &[usize]) -> Result<Self> {
        if self.shape() == expected {
            return Ok(self);
        }
        Err(Error::EntryShape { name: self.name.to_owned(), expected: expected.to_vec(), found: self.shape().to_vec() })
    }

    /// The elements on the host, as f32: those of F16 and BF16 files are converted, which is exact.
    ///
    /// # Errors
    /// [`Error::EntryType`] for any other type.
    pub fn values(&self) -> Result<Vec<f32>> {
        let halves = self.bytes.chunks_exact(2).map(|b| [b[0], b[1]]);
        match self.info.dtype {
            Dtype::F32 => {
                Ok(self.bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
            }
            Dtype::F16 => Ok(halves.map(|b| half::f16::from_le_bytes(b).to_f32()).collect()),
            Dtype::BF16 => Ok(halves.map(|b| half::bf16::from_le_bytes(b).to_f32()).collect()),
            other => Err(Error::EntryType { name: self.name.to_owned(), found: other.to_string() }),
        }
    }

    /// The tensor on the device, as f32.
    ///
    /// # Errors
    /// As for [`Entry::values`] and [`Context::tensor`].
    pub fn tensor(&self, ctx: &Context) -> Result<Tensor> {
        ctx.tensor(self.shape(), &self.values()?)
    }
}

/// The bytes of a file, none of them read if there are too many.
#[cfg(not(target_arch = "wasm32"))]
fn read_at_most(path: &Path, most_bytes: u64) -> std::io::Result<Vec<u8>> {
    use std::io::{Error, Read};
    let file = std::fs::File::open(path)?;
    let length = file.metadata()?.len();
    if length > most_bytes {
        return Err(Error::other(format!("it has {length} bytes, but {most_bytes} are the most that are expected")));
    }
    let mut bytes = Vec::new();
    bytes.try_reserve_exact(usize::try_from(length).map_err(Error::other)?)?;
    // Not more, should somebody be writing to it.
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}
