//! Tensors in either layout, by the reference's transposition.

use wgconv::{Layout, reference};

use super::data::count;

/// Elements in the order of the shape `[N, C, spatial...]` as they lie in memory.
pub fn to_memory<T: Copy>(layout: Layout, shape: &[usize], values: &[T]) -> Vec<T> {
    match layout {
        Layout::ChannelsFirst => values.to_vec(),
        Layout::ChannelsLast => reference::layout::transpose(shape[0], shape[1], count(&shape[2..]), values),
    }
}

/// The inverse.
pub fn from_memory<T: Copy>(layout: Layout, shape: &[usize], values: &[T]) -> Vec<T> {
    match layout {
        Layout::ChannelsFirst => values.to_vec(),
        Layout::ChannelsLast => reference::layout::transpose(shape[0], count(&shape[2..]), shape[1], values),
    }
}
