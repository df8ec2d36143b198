//! Tensors from arrays of `ndarray`, and back.

use ndarray::{Array, ArrayBase, Data, Dimension, IxDyn};

use crate::error::{Error, Result};
use crate::gpu::{Context, Element, Tensor};
use crate::layout::Layout;
use crate::plan::Operand;
use crate::spatial::expect_shape;

/// Feature `ndarray`.
impl Context {
    /// A tensor with the shape and the elements of an array or a view of one, whatever its strides: rows in reverse,
    /// transposed axes, every second column and broadcast axes come out as they are indexed. T is `f32` or `u32`, with the feature `half` a 16-bit type too.
    ///
    /// An array in standard layout is uploaded as it lies; for any other one the elements are brought into order first.
    ///
    /// # Errors
    /// As for [`Context::tensor`], found before anything is copied: a broadcast view can be larger than any memory.
    ///
    /// ```
    /// use ndarray::array;
    /// use wgconv::Context;
    /// let ctx = Context::new_blocking()?;
    /// let a = array![[1.0_f32, 2.0, 3.0], [4.0, 5.0, 6.0]];
    /// let t = ctx.tensor_from_array(&a.t())?;
    /// assert_eq!(t.shape(), [3, 2]);
    /// assert_eq!(t.read_blocking()?, [1.0, 4.0, 2.0, 5.0, 3.0, 6.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn tensor_from_array<T, S, D>(&self, array: &ArrayBase<S, D>) -> Result<Tensor<T>>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        self.tensor_from_array_in(Layout::ChannelsFirst, array)
    }

    /// The same with the elements, which the array gives as they are indexed `[n, c, spatial...]`, in this layout in memory.
    ///
    /// # Errors
    /// As for [`Context::tensor_in`], found before anything is copied.
    ///
    /// ```
    /// use ndarray::{Array3, array};
    /// use wgconv::{Context, Layout};
    /// let ctx = Context::new_blocking()?;
    /// let a = array![[[1.0_f32, 2.0, 3.0], [10.0, 20.0, 30.0]]];
    /// let t = ctx.tensor_from_array_in(Layout::ChannelsLast, &a)?;
    /// assert_eq!(t.read_blocking()?, [1.0, 10.0, 2.0, 20.0, 3.0, 30.0]);
    /// assert_eq!(t.read_array_blocking()?, a);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn tensor_from_array_in<T, S, D>(&self, layout: Layout, array: &ArrayBase<S, D>) -> Result<Tensor<T>>
    where
        T: Element,
        S: Data<Elem = T>,
        D: Dimension,
    {
        // Allocates on the device, and so checks every limit.
        let tensor = self.uninitialised("tensor_from_array_in", layout, array.shape())?;
        tensor.write_array(array)?;
        Ok(tensor)
    }
}

/// Feature `ndarray`.
impl<T: Element> Tensor<T> {
    /// Replaces all elements by those of an array of this shape, whatever its strides and the tensor's layout; in the order of
    /// the queue, as [`Tensor::write`].
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`]; [`Error::DeviceLost`].
    ///
    /// ```
    /// use ndarray::{Array4, s};
    /// use wgconv::Context;
    /// let ctx = Context::new_blocking()?;
    /// let images = Array4::from_shape_fn((100, 1, 2, 2), |(image, ..)| image as f32);
    /// let batch = ctx.zeros(&[2, 1, 2, 2])?;
    /// batch.write_array(&images.slice(s![..;50, .., .., ..]))?;
    /// assert_eq!(batch.read_blocking()?, [0.0, 0.0, 0.0, 0.0, 50.0, 50.0, 50.0, 50.0]);
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    pub fn write_array<S, D>(&self, array: &ArrayBase<S, D>) -> Result<()>
    where
        S: Data<Elem = T>,
        D: Dimension,
    {
        expect_shape("Tensor::write_array", Operand::X, array.shape(), self.shape())?;
        if let (Layout::ChannelsLast, 2..) = (self.layout(), array.ndim()) {
            // Its channel axis behind the others, which are then walked through as they lie in memory.
            let mut pixels = array.view().into_dyn();
            for axis in 1..array.ndim() - 1 {
                pixels.swap_axes(axis, axis + 1);
            }
            return self.write_in_order(&pixels);
        }
        self.write_in_order(array)
    }

    /// Elements in the order of the array's axes.
    fn write_in_order<S, D>(&self, array: &ArrayBase<S, D>) -> Result<()>
    where
        S: Data<Elem = T>,
        D: Dimension,
    {
        match array.as_slice() {
            Some(values) => self.write(values),
            None => self.write(&array.iter().copied().collect::<Vec<T>>()),
        }
    }

    /// Copies all elements into an array in standard layout, whatever the tensor's, after everything submitted so far. `D` is a fixed number of
    /// axes (`ndarray::Ix4`) or any (`ndarray::IxDyn`).
    ///
    /// # Errors
    /// [`Error::RankMismatch`] if D has another number of axes than the tensor; else as for [`Tensor::read`].
    pub async fn read_array<D: Dimension>(&self) -> Result<Array<T, D>> {
        self.check_axes::<D>()?;
        self.to_array(self.read().await?)
    }

    /// [`Tensor::read_array`], blocking.
    ///
    /// # Errors
    /// As there.
    ///
    /// ```
    /// use ndarray::{Array2, ArrayD, Ix3, array};
    /// use wgconv::Context;
    /// let ctx = Context::new_blocking()?;
    /// let t = ctx.tensor(&[2, 2], &[1.0, 2.0, 3.0, 4.0])?;
    /// let a: Array2<f32> = t.read_array_blocking()?;
    /// assert_eq!(a, array![[1.0, 2.0], [3.0, 4.0]]);
    /// let any: ArrayD<f32> = t.read_array_blocking()?;
    /// assert_eq!(any.shape(), [2, 2]);
    /// assert!(matches!(t.read_array_blocking::<Ix3>(), Err(wgconv::Error::RankMismatch { expected: 3, .. })));
    /// # Ok::<(), wgconv::Error>(())
    /// ```
    #[cfg(not(target_arch = "wasm32"))]
    pub fn read_array_blocking<D: Dimension>(&self) -> Result<Array<T, D>> {
        self.check_axes::<D>()?;
        self.to_array(self.read_blocking()?)
    }

    /// Found before anything is copied.
    fn check_axes<D: Dimension>(&self) -> Result<()> {
        match D::NDIM {
            Some(expected) if expected != self.shape().len() => Err(self.other_rank(expected)),
            _ => Ok(()),
        }
    }

    fn to_array<D: Dimension>(&self, values: Vec<T>) -> Result<Array<T, D>> {
        let values = match self.layout() {
            Layout::ChannelsFirst => values,
            layout => layout.from_memory(self.shape(), &values)?,
        };
        let array = Array::from_shape_vec(IxDyn(self.shape()), values);
        let array = array.and_then(Array::into_dimensionality::<D>);
        array.map_err(|_| self.other_rank(D::NDIM.unwrap_or(self.shape().len())))
    }

    fn other_rank(&self, expected: usize) -> Error {
        Error::RankMismatch {
            operator: "Tensor::read_array",
            operand: Operand::X,
            expected,
            found: self.shape().to_vec(),
        }
    }
}
