//! Arrays and views of `ndarray`, with every kind of stride, to the device and back.

use ndarray::{Array, Array3, ArrayView1, ArrayViewD, Axis, Ix2, Ix3, IxDyn, arr0, arr1, s};
use wgconv::{Error, Layout};

use crate::context;

/// Elements that are their own position.
fn numbered() -> Array3<f32> {
    Array::from_iter((0..2 * 3 * 5).map(|i| i as f32)).into_shape_with_order((2, 3, 5)).unwrap()
}

#[test]
fn views_of_any_strides_keep_their_elements() {
    let (a, row, one) = (numbered(), arr1(&[1.0_f32, 2.0]), arr0(7.0_f32));
    let mut turned = a.view();
    turned.invert_axis(Axis(2));
    turned.swap_axes(0, 1);
    let views: [(&str, ArrayViewD<'_, f32>); 7] = [
        ("standard layout", a.view().into_dyn()),
        ("transposed", a.t().into_dyn()),
        ("turned round and swapped", turned.into_dyn()),
        ("every second column", a.slice(s![.., 1.., ..;2]).into_dyn()),
        ("a part that lies in one piece", a.slice(s![1.., .., ..]).into_dyn()),
        ("broadcast", row.broadcast((3, 2)).unwrap().into_dyn()),
        ("no axes", one.view().into_dyn()),
    ];
    for (name, view) in views {
        let tensor = context().tensor_from_array(&view).unwrap();
        assert_eq!(tensor.shape(), view.shape(), "{name}");
        let read = tensor.read_array_blocking::<IxDyn>().unwrap();
        assert!(read.is_standard_layout(), "{name}");
        assert_eq!(read, view, "{name}");
    }
}

#[test]
fn indices_and_typed_axes() {
    let labels = arr1(&[3_u32, 0, u32::MAX]);
    let tensor = context().tensor_from_array(&labels).unwrap();
    assert_eq!(tensor.read_array_blocking().unwrap(), labels);
    assert_eq!(pollster::block_on(tensor.read_array()).unwrap(), labels);

    let tensor = context().tensor_from_array(&numbered()).unwrap();
    assert_eq!(tensor.read_array_blocking::<Ix3>().unwrap(), numbered());
    let error = tensor.read_array_blocking::<Ix2>().unwrap_err();
    assert!(matches!(&error, Error::RankMismatch { expected: 2, found, .. } if found == &[2, 3, 5]), "{error}");
    tensor.write_array(&(numbered() * 2.0).slice(s![..;-1, .., ..])).unwrap();
    assert_eq!(tensor.read_array_blocking::<Ix3>().unwrap(), (numbered() * 2.0).slice(s![..;-1, .., ..]));
}

#[test]
fn what_does_not_fit_is_a_typed_error() {
    let ctx = context();
    let tensor = ctx.tensor_from_array(&numbered()).unwrap();
    let error = tensor.write_array(&numbered().t()).unwrap_err();
    assert!(matches!(&error, Error::ShapeMismatch { found, .. } if found == &[5, 3, 2]), "{error}");
    let error = ctx.tensor_from_array(&Array3::<f32>::zeros((2, 0, 5))).unwrap_err();
    assert!(matches!(error, Error::ZeroExtent { .. }), "{error}");
    // One number that claims to be more than any machine holds: refused before it is copied.
    let one = ArrayView1::from(&[1.0_f32]);
    let error = ctx.tensor_from_array(&one.broadcast((1 << 20, 1 << 20)).unwrap()).unwrap_err();
    assert!(matches!(error, Error::TooManyElements { .. }), "{error}");
    assert_eq!(tensor.read_array_blocking::<Ix3>().unwrap(), numbered());
}

/// Arrays are indexed [n, c, spatial...] in either layout.
#[test]
fn channels_last_is_a_matter_of_memory_alone() {
    let a = numbered();
    let tensor = context().tensor_from_array_in(Layout::ChannelsLast, &a.slice(s![.., ..;-1, ..])).unwrap();
    assert_eq!((tensor.layout(), tensor.shape()), (Layout::ChannelsLast, &[2, 3, 5][..]));
    assert_eq!(tensor.read_blocking().unwrap()[..4], [10.0, 5.0, 0.0, 11.0]);
    assert_eq!(tensor.read_array_blocking::<Ix3>().unwrap(), a.slice(s![.., ..;-1, ..]));
    tensor.write_array(&a).unwrap();
    assert_eq!(tensor.read_blocking().unwrap()[..4], [0.0, 5.0, 10.0, 1.0]);
    let error = context().tensor_from_array_in(Layout::ChannelsLast, &arr1(&[1.0_f32])).unwrap_err();
    assert!(matches!(error, Error::InvalidParameter { operator: "tensor_from_array_in", .. }), "{error}");
}
