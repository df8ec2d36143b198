//! Writing.

use std::collections::BTreeMap;
#[cfg(not(target_arch = "wasm32"))]
use std::path::Path;

use ::safetensors::tensor::{Dtype, TensorView};

use crate::error::{Error, Result};
use crate::gpu::Tensor;
use crate::plan::Operand;
use crate::spatial::element_count;

/// The format's own key in its header.
const RESERVED: &str = "__metadata__";

/// Tensors to be written as one safetensors file, all of them F32. Where and in what order they were added does not matter.
///
/// ```no_run
/// use wgconv::safetensors::Writer;
/// # let ctx = wgconv::Context::new_blocking()?;
/// # let (w, b) = (ctx.zeros(&[8, 3, 5, 5])?, ctx.zeros(&[8])?);
/// Writer::new().tensor_blocking("conv1.weight", &w)?.tensor_blocking("conv1.bias", &b)?.save("weights.safetensors")?;
/// # Ok::<(), wgconv::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Writer {
    /// Shape and bytes.
    tensors: BTreeMap<String, (Vec<usize>, Vec<u8>)>,
    metadata: BTreeMap<String, String>,
}

impl Writer {
    /// No tensors so far.
    pub fn new() -> Self {
        Writer::default()
    }

    /// Adds these elements under a name.
    ///
    /// # Errors
    /// [`Error::DataLength`], [`Error::ZeroExtent`], [`Error::TooManyElements`]; [`Error::InvalidParameter`] for a name that
    /// was added before or that the format keeps for itself.
    pub fn values(&mut self, name: &str, shape: &[usize], values: &[f32]) -> Result<&mut Self> {
        let expected = element_count(Operand::X, shape)? as usize;
        if expected != values.len() {
            return Err(Error::DataLength { shape: shape.to_vec(), expected, found: values.len() });
        }
        if name == RESERVED || self.tensors.contains_key(name) {
            return Err(Error::InvalidParameter {
                operator: "safetensors::Writer",
                parameter: "name",
                value: format!("{name:?}"),
                expected: "another one than those before and than __metadata__",
            });
        }
        let bytes = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        self.tensors.insert(name.to_owned(), (shape.to_vec(), bytes));
        Ok(self)
    }

    /// Adds the elements that a tensor has after everything submitted so far, row-major in the order of its shape whatever its
    /// layout.
    ///
    /// # Errors
    /// As for [`Writer::values`] and [`Tensor::read`].
    pub async fn tensor(&mut self, name: &str, tensor: &Tensor) -> Result<&mut Self> {
        self.values(name, tensor.shape(), &tensor.layout().from_memory(tensor.shape(), &tensor.read().await?)?)
    }

    /// [`Writer::tensor`], blocking.
    ///
    /// # Errors
    /// As there.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn tensor_blocking(&mut self, name: &str, tensor: &Tensor) -> Result<&mut Self> {
        self.values(name, tensor.shape(), &tensor.layout().from_memory(tensor.shape(), &tensor.read_blocking()?)?)
    }

    /// Sets what the file says about itself under a key. With several keys their order in the file varies.
    pub fn metadata(&mut self, key: &str, value: &str) -> &mut Self {
        self.metadata.insert(key.to_owned(), value.to_owned());
        self
    }

    /// The file's bytes.
    ///
    /// # Errors
    /// [`Error::InvalidParameter`] if all names together take more than the 100 MB that the format allows.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let refused = |error: ::safetensors::SafeTensorError| Error::InvalidParameter {
            operator: "safetensors::Writer",
            parameter: "header",
            value: error.to_string(),
            expected: "at most 100 MB of names, shapes and metadata",
        };
        let mut views = Vec::new();
        for (name, (shape, bytes)) in &self.tensors {
            views.push((name, TensorView::new(Dtype::F32, shape.clone(), bytes).map_err(refused)?));
        }
        // The format's crate has one of two types of map here, whichever of its features somebody else turns on.
        let metadata = (!self.metadata.is_empty()).then(|| self.metadata.clone().into_iter().collect());
        ::safetensors::serialize(views, metadata).map_err(refused)
    }

    /// Writes the file; an old one of this name stays whole until the new one is complete.
    ///
    /// # Errors
    /// [`Error::File`]; as for [`Writer::to_bytes`].
    #[cfg(not(target_arch = "wasm32"))]
    pub fn save(&self, path: impl AsRef<Path>) -> Result<()> {
        let path = path.as_ref();
        crate::atomic::write(path, &self.to_bytes()?).map_err(|error| Error::File {
            during: "write",
            path: path.display().to_string(),
            reason: error.to_string(),
        })
    }
}
