//! The binary from outside: what it writes, and that bad input gives a message and an exit code, never a panic.
#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

/// A run small enough for a software driver in a debug build, with incomplete batches in both sets.
const TINY: [&str; 11] = [
    "train",
    "--train-limit",
    "50",
    "--test-limit",
    "30",
    "--batch",
    "20",
    "--epochs",
    "1",
    // Else the first of three epochs would not be what a single one is.
    "--final-learning-rate",
    "0.03",
];
const FILES: [&str; 4] =
    ["train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte"];

fn wgconv(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
    command.args(arguments).env_remove("RUST_LOG");
    command
}

fn tiny(out: &Path, more: &[&str]) -> Output {
    wgconv(&TINY).arg("--out").arg(out).args(more).output().unwrap()
}

/// A run that must succeed; what it printed.
fn succeed(output: Output) -> String {
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stdout}\n{stderr}");
    stdout
}

/// A run that must fail with exit code 1 and a message; that message.
fn fail(output: Output) -> String {
    let stderr = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{}\n{stderr}", text(&output.stdout));
    assert!(!stderr.contains("panicked"), "{stderr}");
    let message = stderr.lines().rfind(|line| line.starts_with("error: ")).expect("an error line").to_owned();
    println!("{message}");
    message
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The magic number and extents of an IDX file, big-endian.
fn header(extents: &[u32]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, extents.len() as u8];
    bytes.extend(extents.iter().flat_map(|extent| extent.to_be_bytes()));
    bytes
}

/// A folder with `count` grey images in each part.
fn write_data(dir: &Path, count: u32) {
    let images = [header(&[count, 28, 28]), vec![128; count as usize * 28 * 28]].concat();
    let labels = [header(&[count]), (0..count).map(|index| (index % 10) as u8).collect()].concat();
    for part in 0..2 {
        fs::write(dir.join(FILES[2 * part]), &images).unwrap();
        fs::write(dir.join(FILES[2 * part + 1]), &labels).unwrap();
    }
}

#[test]
fn a_run_writes_weights_history_and_pictures() {
    let dir = tempfile::tempdir().unwrap();
    let (out, log) = (dir.path().join("new/out"), dir.path().join("log.jsonl"));
    let stdout = succeed(tiny(&out, &["--log-json", path(&log)]));
    for words in ["adapter: ", "seed 1", "mean 0.", "10 images do not fill a batch", "epoch 1/1: train loss "] {
        assert!(stdout.contains(words), "{words} is not in\n{stdout}");
    }
    for picture in ["curves.svg", "kernels.svg", "features.svg", "confusion.svg"] {
        let svg = fs::read_to_string(out.join(picture)).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"), "{picture}");
    }
    let history = json(&out.join("history.json"));
    assert!(history["epochs"][0]["host_seconds"].as_f64().unwrap() > 0.0);
    assert_eq!(history["epochs"].as_array().unwrap().len(), 1);
    assert_eq!(history["settings"]["batch"], 20);
    let counted: u64 = history["confusion"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row.as_array().unwrap())
        .map(|count| count.as_u64().unwrap())
        .sum();
    assert_eq!(counted, 30, "every test image, the incomplete batch included");
    let accuracy = history["epochs"][0]["test"]["accuracy"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&accuracy));

    let events = fs::read_to_string(&log).unwrap();
    let names: Vec<Value> =
        events.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["event"].clone()).collect();
    assert_eq!(names, ["start", "epoch", "end"]);

    let bytes = fs::read(out.join("weights.safetensors")).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for (name, shape) in
        [("conv1.weight", &[16, 1, 5, 5][..]), ("conv2.weight", &[32, 16, 3, 3]), ("dense.bias", &[10])]
    {
        assert_eq!(weights.tensor(name).unwrap().shape(), shape, "{name}");
    }
    let left: Vec<_> = fs::read_dir(&out).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 6, "no temporary file is left: {left:?}");
}

#[test]
fn weights_that_pytorch_trained_are_evaluated() {
    let dir = tempfile::tempdir().unwrap();
    let weights = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/network.safetensors");
    succeed(tiny(dir.path(), &["--load", path(&weights), "--epochs", "0", "--test-limit", "100"]));
    let accuracy = json(&dir.path().join("history.json"))["initial"]["accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.75, "{accuracy}: PyTorch counted 84 % over all test images");
}

/// The residual network, by AdamW: it learns, its pictures are drawn, its weights have torchvision's names, and loading them
/// gives the same evaluation, running statistics included.
#[test]
fn the_residual_network_learns_and_loads() {
    let dir = tempfile::tempdir().unwrap();
    let (out, again) = (dir.path().join("out"), dir.path().join("again"));
    let network = ["--network", "resnet-small", "--test-limit", "30"];
    let learning = ["--epochs", "6", "--optimizer", "adamw", "--schedule", "constant", "--final-learning-rate", "0"];
    succeed(tiny(&out, &[&network[..], &learning].concat()));
    let history = json(&out.join("history.json"));
    let loss = |epoch: usize| history["epochs"][epoch]["train"]["loss"].as_f64().unwrap();
    assert!(loss(5) < 0.6 * loss(0), "{} after {}", loss(5), loss(0));
    for picture in ["curves.svg", "kernels.svg", "features.svg", "confusion.svg"] {
        assert!(out.join(picture).is_file(), "{picture}");
    }
    let bytes = fs::read(out.join("weights.safetensors")).unwrap();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    for (name, shape) in [
        ("conv1.weight", &[16, 1, 3, 3][..]),
        ("bn1.running_var", &[16]),
        ("layer2.0.conv1.weight", &[32, 16, 3, 3]),
        ("layer3.0.downsample.0.weight", &[64, 32, 1, 1]),
        ("layer3.0.downsample.1.running_mean", &[64]),
        ("fc.weight", &[10, 64]),
    ] {
        assert_eq!(weights.tensor(name).unwrap().shape(), shape, "{name}");
    }
    let file = out.join("weights.safetensors");
    succeed(tiny(&again, &[&network[..], &["--epochs", "0", "--load", path(&file)]].concat()));
    assert_eq!(json(&again.join("history.json"))["initial"], history["epochs"][5]["test"]);
    let message = fail(tiny(&again, &["--load", path(&file)]));
    assert!(message.contains("has shape [16, 1, 3, 3], but must be [16, 1, 5, 5]"), "{message}");
}

#[test]
fn the_seed_decides_every_bit_and_loading_gives_the_same_evaluation() {
    let dir = tempfile::tempdir().unwrap();
    let file = |name: &str| dir.path().join(name).join("weights.safetensors");
    for (name, seed) in [("a", "5"), ("b", "5"), ("c", "6")] {
        succeed(tiny(&dir.path().join(name), &["--seed", seed]));
    }
    let bytes = |name| fs::read(file(name)).unwrap();
    assert!(bytes("a") == bytes("b"), "the same seed gave different weights");
    assert!(bytes("a") != bytes("c"), "another seed gave the same weights");
    // Two steps, of which the second has half the rate.
    succeed(tiny(&dir.path().join("falling"), &["--seed", "5", "--final-learning-rate", "0"]));
    assert!(bytes("a") != bytes("falling"), "the learning rate did not change within the epoch");

    // Other training images, and so another normalisation: the file's own must win.
    let (trained, out) = (file("a"), dir.path().join("d"));
    succeed(tiny(&out, &["--load", path(&trained), "--epochs", "0", "--train-limit", "7"]));
    let history = |name: &str| json(&dir.path().join(name).join("history.json"));
    assert_eq!(history("d")["initial"], history("a")["epochs"][0]["test"]);
    assert_eq!(history("d")["confusion"], history("a")["confusion"]);
    assert!(!file("d").exists(), "nothing was trained, so nothing is saved");

    let resumed = file("resumed");
    succeed(tiny(&dir.path().join("e"), &["--load", path(&file("a")), "--save", path(&resumed)]));
    assert!(fs::read(resumed).unwrap() != bytes("a"), "training went on");
}

#[test]
fn a_folder_of_idx_files_is_read() {
    let dir = tempfile::tempdir().unwrap();
    write_data(dir.path(), 20);
    // All images are alike: there is no deviation to divide by.
    let stdout = succeed(tiny(&dir.path().join("out"), &["--data", path(dir.path())]));
    assert!(stdout.contains("20 training and 20 test images"), "{stdout}");
}

#[test]
fn bad_data_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("data");
    let try_with = |damage: &dyn Fn()| {
        fs::create_dir_all(&data).unwrap();
        write_data(&data, 20);
        damage();
        let message = fail(tiny(&dir.path().join("out"), &["--data", path(&data)]));
        fs::remove_dir_all(&data).unwrap();
        message
    };
    let images = data.join(FILES[0]);
    let labels = data.join(FILES[3]);
    let body = vec![1; 20 * 28 * 28];
    let swapped = [&[3, 8, 0, 0, 20, 0, 0, 0, 28, 0, 0, 0, 28, 0, 0, 0], &body[..]].concat();
    let packed = data.join(format!("{}.gz", FILES[0]));
    let cases: [(&dyn Fn(), &str, &str); 9] = [
        (&|| fs::remove_file(&labels).unwrap(), FILES[3], "neither"),
        (&|| fs::write(&images, &header(&[20, 28, 28])[..9]).unwrap(), FILES[0], "truncated"),
        (&|| fs::write(&images, [header(&[20, 28, 28]), vec![0; 99]].concat()).unwrap(), FILES[0], "truncated"),
        (&|| fs::write(&images, &swapped).unwrap(), FILES[0], "little-endian"),
        (&|| fs::write(&images, header(&[u32::MAX; 3])).unwrap(), FILES[0], "damaged"),
        (&|| fs::write(&images, header(&[0, 28, 28])).unwrap(), FILES[0], "no image"),
        (&|| fs::write(&labels, [header(&[19]), vec![0; 19]].concat()).unwrap(), FILES[3], "20 images, but 19 labels"),
        (&|| fs::write(&labels, [header(&[20]), vec![10; 20]].concat()).unwrap(), FILES[3], "label 10"),
        (
            &|| {
                fs::remove_file(&images).unwrap();
                fs::write(&packed, [0x1f, 0x8b, 8, 0, 0]).unwrap();
            },
            FILES[0],
            "truncated",
        ),
    ];
    for (damage, file, words) in cases {
        let message = try_with(damage);
        assert!(message.contains(file) && message.contains(words), "{words}: {message}");
    }
    let message = fail(tiny(&dir.path().join("out"), &["--data", path(&dir.path().join("not there"))]));
    assert!(message.contains("not there") && message.contains("neither"), "{message}");
}

#[test]
fn what_cannot_be_written_is_known_before_training() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("file");
    fs::write(&file, "not a folder").unwrap();
    let (out, below) = (dir.path().join("out"), file.join("below/w.safetensors"));
    for (out, more) in [
        (file.join("below"), vec![]),
        (out.clone(), vec!["--save", path(dir.path())]),
        (out.clone(), vec!["--save", path(&below)]),
        (out.clone(), vec!["--log-json", path(dir.path())]),
    ] {
        let output = tiny(&out, &more);
        assert!(!text(&output.stdout).contains("epoch"), "training has begun");
        let message = fail(output);
        assert!(message.contains("cannot"), "{message}");
    }
}

#[test]
fn bad_weights_are_refused_before_training() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("w.safetensors");
    let load = || fail(tiny(&dir.path().join("out"), &["--load", path(&file)]));
    assert!(load().contains("w.safetensors"), "there is no such file");
    fs::write(&file, b"this is no safetensors file").unwrap();
    assert!(load().contains("not a safetensors file"));
    let view = safetensors::tensor::TensorView::new(safetensors::Dtype::F32, vec![2, 2], &[0; 16]).unwrap();
    fs::write(&file, safetensors::serialize([("conv1.weight", view)], None).unwrap()).unwrap();
    assert!(load().contains("has shape [2, 2], but must be [16, 1, 5, 5]"));
}

/// Finite weights whose logits are not: an evaluation that has no result is no success.
#[test]
fn weights_that_overflow_are_an_error_without_training() {
    let dir = tempfile::tempdir().unwrap();
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/network.safetensors");
    let bytes = fs::read(golden).unwrap();
    let huge: Vec<u8> = std::iter::repeat_n(3e38_f32.to_le_bytes(), 1 << 16).flatten().collect();
    let weights = safetensors::SafeTensors::deserialize(&bytes).unwrap();
    let views: Vec<_> = weights
        .iter()
        .map(|(name, view)| {
            let (shape, length) = (view.shape().to_vec(), view.data().len());
            (name, safetensors::tensor::TensorView::new(view.dtype(), shape, &huge[..length]).unwrap())
        })
        .collect();
    let file = dir.path().join("w.safetensors");
    fs::write(&file, safetensors::serialize(views, None).unwrap()).unwrap();
    let message = fail(tiny(&dir.path().join("out"), &["--epochs", "0", "--load", path(&file)]));
    assert!(message.contains("loss at the start") && message.contains("w.safetensors"), "{message}");
}

#[test]
fn bad_options_are_named() {
    let dir = tempfile::tempdir().unwrap();
    for (option, value) in [
        ("--batch", "0"),
        ("--batch", "51"),
        ("--learning-rate", "0"),
        ("--learning-rate", "NaN"),
        ("--momentum", "1"),
        ("--weight-decay", "inf"),
        ("--train-limit", "0"),
        ("--test-limit", "0"),
        ("--warm-up", "0"),
    ] {
        let arguments = ["train", "--epochs", "1", "--out", path(dir.path())];
        let limit: &[&str] = if option == "--train-limit" { &[] } else { &["--train-limit", "50"] };
        let message = fail(wgconv(&arguments).args(limit).args([option, value]).output().unwrap());
        assert!(message.contains(option), "{message}");
    }
    // Two steps.
    let message = fail(tiny(dir.path(), &["--schedule", "cosine", "--warm-up", "2"]));
    assert!(message.contains("--warm-up is 2 steps"), "{message}");
}

#[test]
fn an_unknown_adapter_and_none_at_all() {
    let dir = tempfile::tempdir().unwrap();
    let message = fail(tiny(dir.path(), &["--adapter", "no such adapter"]));
    assert!(message.contains("no such adapter"), "{message}");
    for arguments in [&TINY[..], &["devices"], &["devices", "--json"]] {
        let mut command = wgconv(arguments);
        if arguments[0] == "train" {
            command.arg("--out").arg(dir.path());
        }
        // No Vulkan driver; OpenGL is never chosen unless asked for.
        for variable in ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"] {
            command.env(variable, "/nonexistent");
        }
        command.env("WGPU_BACKEND", "vulkan");
        let message = fail(command.output().unwrap());
        assert!(message.contains("no GPU adapter") && message.contains("mesa-vulkan-drivers"), "{message}");
    }
}

#[test]
fn devices_names_the_one_that_would_be_used() {
    let stdout = succeed(wgconv(&["devices"]).output().unwrap());
    assert_eq!(stdout.matches("<- would be used").count(), 1, "{stdout}");
    let stdout = succeed(wgconv(&["devices", "--json"]).output().unwrap());
    let entries: Value = serde_json::from_str(&stdout).unwrap();
    let chosen: Vec<&Value> = entries.as_array().unwrap().iter().filter(|entry| entry["chosen"] == true).collect();
    assert_eq!(chosen.len(), 1);
    assert!(chosen[0]["limits"]["max_storage_buffer_binding_size"].as_u64().unwrap() > 0);
    assert!(chosen[0]["features"]["subgroup"].is_boolean());
}

#[test]
fn a_lost_device_does_not_take_the_weights_along() {
    let dir = tempfile::tempdir().unwrap();
    let (whole, lost) = (dir.path().join("whole"), dir.path().join("lost"));
    succeed(tiny(&whole, &[]));
    let message = fail(tiny(&lost, &["--epochs", "3", "--lose-device-after", "1"]));
    assert!(message.contains("interrupted.safetensors") && message.contains("epoch 2 of 3"), "{message}");
    assert!(message.contains("lost"), "{message}");
    let saved = fs::read(lost.join("interrupted.safetensors")).unwrap();
    assert!(saved == fs::read(whole.join("weights.safetensors")).unwrap(), "not the weights of the first epoch");

    let named = dir.path().join("named.safetensors");
    let message = fail(tiny(&lost, &["--epochs", "3", "--lose-device-after", "1", "--save", path(&named)]));
    assert!(message.contains("named.safetensors"), "{message}");
    assert!(fs::read(&named).unwrap() == saved);
}

#[test]
fn a_picture_that_cannot_be_written_does_not_take_the_weights_along() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("curves.svg")).unwrap();
    let message = fail(tiny(dir.path(), &[]));
    assert!(message.contains("curves.svg") && message.contains("weights.safetensors"), "{message}");
    assert!(dir.path().join("weights.safetensors").is_file());
}

#[test]
fn a_run_that_diverges_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let message = fail(tiny(dir.path(), &["--learning-rate", "3e38"]));
    assert!(message.contains("finite") && message.contains("nothing to save"), "{message}");
}

/// The main job, whole: the demonstration as a user runs it.
#[test]
fn the_demonstration_learns_the_embedded_photographs() {
    let dir = tempfile::tempdir().unwrap();
    succeed(wgconv(&["train", "--out", path(dir.path())]).output().unwrap());
    let history: Value = serde_json::from_slice(&fs::read(dir.path().join("history.json")).unwrap()).unwrap();
    let epochs = history["epochs"].as_array().unwrap();
    assert_eq!(epochs.len(), 8);
    let accuracy = epochs[7]["test"]["accuracy"].as_f64().unwrap();
    assert!(accuracy >= 0.82, "{accuracy}");
}
