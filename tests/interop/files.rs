//! Safetensors files: what was written is read back, and what somebody else wrote is checked before it is believed.

use std::fs;

use safetensors::tensor::{Dtype, TensorView};
use wgconv::safetensors::{Reader, Writer};
use wgconv::{Error, Layout};

use crate::context;

/// A file with one tensor, made by the format's own crate.
fn foreign(name: &str, dtype: Dtype, shape: &[usize], bytes: &[u8]) -> Reader {
    let view = TensorView::new(dtype, shape.to_vec(), bytes).unwrap();
    Reader::from_bytes(safetensors::serialize([(name, view)], None).unwrap()).unwrap()
}

#[test]
fn a_file_keeps_names_shapes_and_bits() {
    let ctx = context();
    let values = [f32::MIN_POSITIVE, -0.0, 3.5, f32::MAX, 1e-42, -1.0 / 3.0];
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("w.safetensors");
    fs::write(&path, "an old file").unwrap();

    let mut writer = Writer::new();
    writer.tensor_blocking("conv.weight", &ctx.tensor(&[3, 1, 2], &values).unwrap()).unwrap();
    pollster::block_on(writer.tensor("conv.bias", &ctx.tensor(&[3], &values[3..]).unwrap())).unwrap();
    writer.values("a scalar", &[], &[2.0]).unwrap().metadata("epoch", "3").save(&path).unwrap();
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file is left");

    let file = Reader::open(&path).unwrap();
    assert_eq!(file.names(), ["a scalar", "conv.bias", "conv.weight"]);
    assert_eq!((file.metadata("epoch"), file.metadata("seed")), (Some("3"), None));
    let bits = |values: &[f32]| values.iter().map(|v| v.to_bits()).collect::<Vec<_>>();
    let entry = file.entry("conv.weight").unwrap();
    assert_eq!((entry.shape(), entry.dtype()), (&[3, 1, 2][..], "F32".to_owned()));
    assert_eq!(bits(&entry.values().unwrap()), bits(&values));
    let tensors = file.tensors(ctx).unwrap();
    assert_eq!(tensors["conv.weight"].shape(), [3, 1, 2]);
    assert_eq!(bits(&tensors["conv.bias"].read_blocking().unwrap()), bits(&values[3..]));
    // The format's own crate reads it too.
    assert_eq!(safetensors::SafeTensors::deserialize(&fs::read(&path).unwrap()).unwrap().len(), 3);
}

#[test]
fn half_precision_is_converted_exactly_and_other_types_are_named() {
    // 1, -2, the largest finite number and the smallest subnormal one, of either format.
    let words = |words: [u16; 4]| words.map(u16::to_le_bytes).concat();
    let f16 = foreign("w", Dtype::F16, &[4], &words([0x3c00, 0xc000, 0x7bff, 0x0001]));
    assert_eq!(f16.entry("w").unwrap().values().unwrap(), [1.0, -2.0, 65504.0, 2f32.powi(-24)]);
    let bf16 = foreign("w", Dtype::BF16, &[2, 2], &words([0x3f80, 0xc000, 0x7f7f, 0x0001]));
    let values = [1.0, -2.0, f32::from_bits(0x7f7f_0000), f32::from_bits(0x0001_0000)];
    assert_eq!(bf16.entry("w").unwrap().values().unwrap(), values);
    assert_eq!(bf16.entry("w").unwrap().tensor(context()).unwrap().shape(), [2, 2]);

    let error = foreign("steps", Dtype::I64, &[1], &[0; 8]).entry("steps").unwrap().tensor(context()).unwrap_err();
    assert!(matches!(&error, Error::EntryType { found, .. } if found == "I64"), "{error}");
    assert_eq!(error.to_string(), "steps has type I64, but must be F32, F16 or BF16");
}

#[test]
fn a_wrong_name_or_shape_is_a_typed_error() {
    let file = foreign("fc.weight", Dtype::F32, &[2, 3], &[0; 24]);
    let error = file.entry("dense.weight").unwrap_err();
    assert!(matches!(&error, Error::MissingEntry { found, .. } if found == &["fc.weight"]), "{error}");
    let error = file.entry("fc.weight").unwrap().expect_shape(&[3, 2]).unwrap_err();
    assert_eq!(error.to_string(), "fc.weight has shape [2, 3], but must be [3, 2]");
    let empty = foreign("none", Dtype::F32, &[0, 3], &[]);
    assert!(matches!(empty.entry("none").unwrap().tensor(context()), Err(Error::ZeroExtent { .. })));

    let mut writer = Writer::new();
    writer.values("w", &[2], &[0.0; 2]).unwrap();
    assert!(matches!(writer.values("w", &[2], &[0.0; 2]), Err(Error::InvalidParameter { .. })), "twice");
    assert!(matches!(writer.values("__metadata__", &[1], &[0.0]), Err(Error::InvalidParameter { .. })), "reserved");
    assert!(matches!(writer.values("v", &[3], &[0.0; 2]), Err(Error::DataLength { .. })));
    assert!(matches!(writer.values("v", &[0], &[]), Err(Error::ZeroExtent { .. })));
}

/// A header and then so many bytes.
fn file_of(header: &str, bytes: usize) -> Vec<u8> {
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &vec![0; bytes]].concat()
}

#[test]
fn hostile_files_are_refused_before_anything_is_allocated() {
    let good = Writer::new().values("w", &[4], &[1.0; 4]).unwrap().to_bytes().unwrap();
    let mut cases: Vec<Vec<u8>> = [0, 7, 8, 20, good.len() - 1].map(|end| good[..end].to_vec()).into();
    cases.push([&good[..], &[0]].concat());
    cases.push(u64::MAX.to_le_bytes().to_vec());
    let huge = u64::MAX;
    for (shape, low, high, bytes) in [
        (format!("[{huge},{huge}]"), 0, 16, 16),
        (format!("[{}]", 1u64 << 62), 0, 16, 16),
        ("[4]".into(), 0, 1u64 << 40, 16),
        ("[4]".into(), 8, 24, 24),
        ("[4]".into(), 16, 0, 16),
        ("[-1]".into(), 0, 4, 4),
    ] {
        let entry = format!(r#"{{"dtype":"F32","shape":{shape},"data_offsets":[{low},{high}]}}"#);
        cases.push(file_of(&format!(r#"{{"w":{entry}}}"#), bytes));
    }
    for bytes in cases {
        let shown = String::from_utf8_lossy(&bytes).into_owned();
        let error = Reader::from_bytes(bytes).expect_err(&shown);
        assert!(matches!(error, Error::NotSafetensors { .. }), "{error}: {shown}");
    }
}

#[test]
fn files_that_cannot_be_read_or_written_are_typed_errors() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("none.safetensors");
    let is_file_error = |error: Error| assert!(matches!(error, Error::File { .. }), "{error}");
    is_file_error(Reader::open(&path).unwrap_err());
    is_file_error(Reader::open(dir.path()).unwrap_err());
    let mut writer = Writer::new();
    writer.values("w", &[2], &[0.0; 2]).unwrap();
    is_file_error(writer.save(dir.path().join("no folder").join("w")).unwrap_err());
    writer.save(&path).unwrap();
    let error = Reader::open_at_most(&path, 10).unwrap_err();
    assert!(error.to_string().contains("10 are the most"), "{error}");
    fs::write(&path, b"PK\x03\x04 a pickle, as torch.save makes it").unwrap();
    let error = Reader::open(&path).unwrap_err();
    assert!(error.to_string().contains("none.safetensors: not a safetensors file"), "{error}");
}

/// Files are row-major in the order of the shape, whatever a tensor's layout.
#[test]
fn a_tensor_with_its_channels_last_is_written_in_the_order_of_its_shape() {
    let tensor = context().tensor_in(Layout::ChannelsLast, &[1, 2, 3], &[1.0, 10.0, 2.0, 20.0, 3.0, 30.0]).unwrap();
    let mut writer = Writer::new();
    writer.tensor_blocking("x", &tensor).unwrap();
    pollster::block_on(writer.tensor("y", &tensor)).unwrap();
    let file = Reader::from_bytes(writer.to_bytes().unwrap()).unwrap();
    for name in ["x", "y"] {
        let entry = file.entry(name).unwrap();
        assert_eq!((entry.shape(), entry.values().unwrap()), (&[1, 2, 3][..], vec![1.0, 2.0, 3.0, 10.0, 20.0, 30.0]));
    }
}
