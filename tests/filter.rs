//! `wgconv filter` from outside: tiny images of every form against plain loops, and what it says about bad input.
#![cfg(feature = "cli")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use image::codecs::png::PngEncoder;
use image::{DynamicImage, ExtendedColorType, ImageEncoder};
use tempfile::TempDir;

/// An image as samples, whatever their width.
#[derive(Clone, Debug, PartialEq)]
struct Samples {
    width: usize,
    height: usize,
    channels: usize,
    wide: bool,
    values: Vec<u16>,
}

impl Samples {
    /// Noise from black to white: neighbours differ by everything, so that every filter meets both ends of the scale.
    fn noise(width: usize, height: usize, channels: usize, wide: bool) -> Self {
        let mut state = 1 + (width * 31 + height * 7 + channels) as u32;
        let next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 16) as u16 >> if wide { 0 } else { 8 }
        };
        let values = std::iter::repeat_with(next).take(width * height * channels).collect();
        Samples { width, height, channels, wide, values }
    }

    fn form(&self) -> ExtendedColorType {
        use ExtendedColorType::*;
        let index = self.channels - 1;
        if self.wide { [L16, La16, Rgb16, Rgba16][index] } else { [L8, La8, Rgb8, Rgba8][index] }
    }

    fn encode(&self, encoder: impl ImageEncoder) {
        let bytes: Vec<u8> = match self.wide {
            true => self.values.iter().flat_map(|value| value.to_ne_bytes()).collect(),
            false => self.values.iter().map(|&value| value as u8).collect(),
        };
        encoder.write_image(&bytes, self.width as u32, self.height as u32, self.form()).unwrap();
    }

    fn read(path: &Path) -> Self {
        let image = image::open(path).unwrap();
        let (width, height) = (image.width() as usize, image.height() as usize);
        let channels = image.color().channel_count().into();
        let wide = image.color().bytes_per_pixel() as usize == 2 * channels;
        let values = match image {
            DynamicImage::ImageLuma16(image) => image.into_raw(),
            DynamicImage::ImageLumaA16(image) => image.into_raw(),
            DynamicImage::ImageRgb16(image) => image.into_raw(),
            DynamicImage::ImageRgba16(image) => image.into_raw(),
            narrow => narrow.into_bytes().into_iter().map(u16::from).collect(),
        };
        Samples { width, height, channels, wide, values }
    }

    /// The sum under a matrix at a pixel, the image going on with its outermost pixels.
    fn sum(&self, matrix: &[&[f64]], row: usize, column: usize, channel: usize) -> f64 {
        let inside = |at: usize, tap: usize, taps: usize, extent: usize| {
            (at as i64 + tap as i64 - (taps / 2) as i64).clamp(0, extent as i64 - 1) as usize
        };
        let mut sum = 0.0;
        for (r, taps) in matrix.iter().enumerate() {
            for (c, tap) in taps.iter().enumerate() {
                let (row, column) =
                    (inside(row, r, matrix.len(), self.height), inside(column, c, taps.len(), self.width));
                sum += tap * f64::from(self.values[(row * self.width + column) * self.channels + channel]);
            }
        }
        sum
    }

    /// The same image with so many pixels around it, as an edge says.
    fn with_edge(&self, edge: &str, cells: usize) -> Samples {
        let pixel = |place: usize, extent: usize| {
            let mut place = place as i64 - cells as i64;
            let last = extent as i64 - 1;
            while !(0..=last).contains(&place) {
                place = match edge {
                    "zeros" => return None,
                    "replicate" => place.clamp(0, last),
                    "circular" => place + if place < 0 { last + 1 } else { -last - 1 },
                    _ => {
                        if place < 0 {
                            -place
                        } else {
                            2 * last - place
                        }
                    }
                };
            }
            Some(place as usize)
        };
        let (width, height) = (self.width + 2 * cells, self.height + 2 * cells);
        let sample = |at: usize| {
            let (row, column) = (at / self.channels / width, at / self.channels % width);
            let pixels = pixel(row, self.height).zip(pixel(column, self.width));
            pixels.map_or(0, |(row, column)| {
                self.values[(row * self.width + column) * self.channels + at % self.channels]
            })
        };
        let values = (0..width * height * self.channels).map(sample).collect();
        Samples { width, height, values, ..self.clone() }
    }

    /// Without so many pixels at every side.
    fn cropped(&self, cells: usize) -> Samples {
        let (width, height) = (self.width - 2 * cells, self.height - 2 * cells);
        let row = |row: usize| {
            let first = ((row + cells) * self.width + cells) * self.channels;
            &self.values[first..first + width * self.channels]
        };
        Samples { width, height, values: (0..height).flat_map(row).copied().collect(), ..self.clone() }
    }

    /// Every colour channel by this function of row, column and channel, rounded and cut off; alpha as it is.
    fn filtered(&self, value: impl Fn(usize, usize, usize) -> f64) -> Samples {
        let colours = self.channels - (self.channels + 1) % 2;
        let largest = if self.wide { 65_535.0 } else { 255.0 };
        let mut result = self.clone();
        for (position, sample) in result.values.iter_mut().enumerate() {
            let (pixel, channel) = (position / self.channels, position % self.channels);
            if channel < colours {
                *sample = value(pixel / self.width, pixel % self.width, channel).round().clamp(0.0, largest) as u16;
            }
        }
        result
    }
}

/// A folder with `in.png`, and the run on it.
struct Bench {
    dir: TempDir,
}

impl Bench {
    fn new(image: &Samples) -> Self {
        let bench = Bench { dir: tempfile::tempdir().unwrap() };
        image.encode(PngEncoder::new(fs::File::create(bench.file("in.png")).unwrap()));
        bench
    }

    fn file(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_wgconv"));
        command.current_dir(self.dir.path()).env_remove("RUST_LOG");
        command.arg("filter").args(arguments).output().unwrap()
    }

    /// A run that must succeed; the image that it wrote.
    fn filter(&self, arguments: &[&str]) -> Samples {
        let output = self.run(&[&["in.png", "-o", "out.png"], arguments].concat());
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        Samples::read(&self.file("out.png"))
    }

    /// A run that must fail; what it said.
    fn fail(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("panicked"), "{stderr}");
        stderr
    }
}

const SHARPEN: [&[f64]; 3] = [&[0.0, -1.0, 0.0], &[-1.0, 5.0, -1.0], &[0.0, -1.0, 0.0]];
const EMBOSS: [&[f64]; 3] = [&[-2.0, -1.0, 0.0], &[-1.0, 1.0, 1.0], &[0.0, 1.0, 2.0]];
const RIGHT: [&[f64]; 3] = [&[-1.0, 0.0, 1.0], &[-2.0, 0.0, 2.0], &[-1.0, 0.0, 1.0]];
const DOWN: [&[f64]; 3] = [&[-1.0, -2.0, -1.0], &[0.0, 0.0, 0.0], &[1.0, 2.0, 1.0]];

#[test]
fn every_form_of_image_exactly() {
    // Neither square nor symmetric, and wider than the smallest image.
    let text = "1 0 -2, 0 0 1 0 # seven columns\n0;3;0;0;0;0;-1\n\n\t0 0 0 1 0 0 1\n";
    let own: [&[f64]; 3] = [
        &[1.0, 0.0, -2.0, 0.0, 0.0, 1.0, 0.0],
        &[0.0, 3.0, 0.0, 0.0, 0.0, 0.0, -1.0],
        &[0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 1.0],
    ];
    // Channels, 16 bits, kernel, size; pieces of 4 pixels, so that most images are cut.
    let cases: [(usize, bool, &str, [usize; 2]); 9] = [
        (1, false, "sobel", [9, 6]),
        (2, false, "sharpen", [4, 5]),
        (3, false, "own.txt", [13, 3]),
        (4, false, "emboss", [5, 7]),
        (1, true, "own.txt", [1, 9]),
        (2, true, "emboss", [7, 1]),
        (3, true, "sobel", [5, 9]),
        (4, true, "sharpen", [8, 8]),
        (3, false, "sobel", [1, 1]),
    ];
    for (channels, wide, kernel, [width, height]) in cases {
        let image = Samples::noise(width, height, channels, wide);
        let bench = Bench::new(&image);
        fs::write(bench.file("own.txt"), text).unwrap();
        let expected = image.filtered(|row, column, channel| {
            let sum = |matrix: &[&[f64]]| image.sum(matrix, row, column, channel);
            match kernel {
                "sobel" => sum(&RIGHT).hypot(sum(&DOWN)),
                "sharpen" => sum(&SHARPEN),
                "emboss" => sum(&EMBOSS),
                _ => sum(&own),
            }
        });
        assert_eq!(bench.filter(&["--kernel", kernel, "--tile", "4"]), expected, "{channels} {wide} {kernel}");
    }
}

#[test]
fn a_gaussian_and_both_side_by_side() {
    let image = Samples::noise(11, 6, 4, true);
    let bench = Bench::new(&image);
    // Out to four standard deviations: 4 * 0.8, rounded up.
    let weight = |i: i32| (-0.5 * (f64::from(i) / 0.8).powi(2)).exp();
    let sum: f64 = (-4..=4).map(weight).sum();
    let rows: Vec<Vec<f64>> =
        (-4..=4).map(|r| (-4..=4).map(|c| weight(r) * weight(c) / (sum * sum)).collect()).collect();
    let matrix: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
    let blurred = image.filtered(|row, column, channel| image.sum(&matrix, row, column, channel));

    let found = bench.filter(&["-k", "gaussian", "--sigma", "0.8", "--side-by-side"]);
    assert_eq!((found.width, found.height, found.channels, found.wide), (22, 6, 4, true));
    for row in 0..6 {
        let (left, right) = found.values[row * 88..][..88].split_at(44);
        assert_eq!(left, &image.values[row * 44..][..44], "the image itself, row {row}");
        for (found, expected) in right.iter().zip(&blurred.values[row * 44..]) {
            // Two sums of nine terms in f32, each off by far less than a half, and a rounding that this may turn.
            assert!(found.abs_diff(*expected) <= 1, "{found} is not {expected}");
        }
    }
}

/// The widest filter reaches further than the image is wide.
#[test]
fn what_is_beyond_the_edges() {
    let image = Samples::noise(5, 7, 3, false);
    let bench = Bench::new(&image);
    for edge in ["zeros", "reflect", "replicate", "circular"] {
        let larger = Bench::new(&image.with_edge(edge, 9));
        for kernel in ["emboss", "gaussian"] {
            let found = bench.filter(&["-k", kernel, "--edge", edge]);
            assert_eq!(found, larger.filter(&["-k", kernel]).cropped(9), "{kernel}, {edge}");
        }
    }
}

#[test]
fn scale_and_offset_and_writing_over_the_image_itself() {
    let image = Samples::noise(6, 5, 1, false);
    let bench = Bench::new(&image);
    let output = bench.run(&["in.png", "-o", "in.png", "-k", "sharpen", "--scale", "-0.5", "--offset", "0.5"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("in.png: 6 x 5 pixels, grey of 8 bits, sharpen (3 x 3 taps)"), "{said}");
    let expected = image.filtered(|row, column, channel| -0.5 * image.sum(&SHARPEN, row, column, channel) + 127.5);
    assert_eq!(Samples::read(&bench.file("in.png")), expected);
    assert_eq!(fs::read_dir(bench.dir.path()).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn a_photograph_is_turned_upright_and_keeps_its_colour_profile() {
    let image = Samples::noise(4, 2, 3, false);
    let bench = Bench::new(&image);
    fs::write(bench.file("same.txt"), "1").unwrap();
    // The sensor lay on its side: EXIF orientation 6, to be turned by 90 degrees clockwise.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";
    let mut profile = vec![0; 128];
    profile[16..20].copy_from_slice(b"RGB ");
    let mut encoder = PngEncoder::new(fs::File::create(bench.file("in.png")).unwrap());
    encoder.set_exif_metadata(exif.to_vec()).unwrap();
    encoder.set_icc_profile(profile.clone()).unwrap();
    image.encode(encoder);

    let found = bench.filter(&["-k", "same.txt"]);
    assert_eq!((found.width, found.height), (2, 4));
    // The lower left corner becomes the upper left one.
    assert_eq!(found.values[..3], image.values[4 * 3..][..3]);
    let reader = image::ImageReader::open(bench.file("out.png")).unwrap();
    let mut decoder = reader.into_decoder().unwrap();
    assert_eq!(image::ImageDecoder::icc_profile(&mut decoder).unwrap(), Some(profile));

    let photograph = fs::File::create(bench.file("in.jpg")).unwrap();
    Samples::noise(17, 9, 3, false).encode(image::codecs::jpeg::JpegEncoder::new(photograph));
    let output = bench.run(&["in.jpg", "-o", "out.png", "-k", "same.txt"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let expected = image::open(bench.file("in.jpg")).unwrap().into_bytes();
    assert_eq!(image::open(bench.file("out.png")).unwrap().into_bytes(), expected);
}

#[test]
fn what_cannot_be_done_is_said_before_anything_is_written() {
    let bench = Bench::new(&Samples::noise(3, 3, 3, false));
    let write = |name: &str, bytes: &[u8]| fs::write(bench.file(name), bytes).unwrap();
    write("even.txt", b"1 2\n3 4\n");
    write("ragged.txt", b"1 2 3\n4 5\n");
    write("words.txt", b"1 two 3\n");
    write("empty.txt", b"# nothing\n");
    write("binary.txt", &[0xff, 0xfe, 0x31]);
    write("large.txt", b"1e38 1e38 1e38\n");
    write("cut.png", &fs::read(bench.file("in.png")).unwrap()[..40]);
    write("text.png", b"this is no image");
    // A few bytes that announce more pixels than there is memory: found out before any is allocated.
    let mut bomb = fs::read(bench.file("in.png")).unwrap();
    bomb[16..24].copy_from_slice(&[0, 1, 0, 0, 0, 1, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    write("bomb.png", &bomb);
    let mut bomb = Vec::new();
    Samples::noise(3, 3, 3, false).encode(image::codecs::jpeg::JpegEncoder::new(&mut bomb));
    // Of the frame's header: length, precision, height, width.
    let frame = bomb.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    bomb[frame + 5..frame + 9].fill(0xff);
    write("bomb.jpg", &bomb);
    write("folder", b"");

    let kernels = [
        ("even.txt", "even.txt as a kernel: it has 2 rows of 2 numbers, but both must be odd"),
        ("ragged.txt", "line 2 has 2 numbers, but the lines before have 3"),
        ("words.txt", "line 1: \"two\" is not a finite number"),
        ("empty.txt", "there is no number in it"),
        ("binary.txt", "binary.txt as a kernel: it cannot be read"),
        ("large.txt", "beyond the range of f32"),
        ("blur", "no kernel and no file named \"blur\"; the kernels are sobel, gaussian, sharpen, emboss"),
    ];
    for (kernel, words) in kernels {
        let said = bench.fail(&["in.png", "-o", "out.png", "-k", kernel]);
        assert!(said.contains(words), "{said}");
    }
    let images = [
        ("none.png", "none.png as a PNG or JPEG image"),
        ("cut.png", "cut.png as a PNG or JPEG image"),
        ("text.png", "text.png as a PNG or JPEG image"),
        ("bomb.png", "bomb.png: 65536 x 65536 pixels take 12884901888 bytes"),
        ("bomb.jpg", "bomb.jpg: 65535 x 65535 pixels take 12884508675 bytes"),
    ];
    for (image, words) in images {
        let said = bench.fail(&[image, "-o", "out.png", "-k", "sobel"]);
        assert!(said.contains(words), "{said}");
    }
    for (arguments, words) in [
        (&["-o", "out.jpg", "-k", "sobel"][..], "must end in .png"),
        (&["-o", "folder/out.png", "-k", "sobel"], "folder"),
        (&["-o", "out.png", "-k", "sobel", "--sigma", "2"], "--sigma belongs to --kernel gaussian"),
        (&["-o", "out.png", "-k", "gaussian", "--sigma", "0"], "--sigma is 0"),
        (&["-o", "out.png", "-k", "gaussian", "--sigma", "101"], "at most 100"),
        (&["-o", "out.png", "-k", "sobel", "--scale", "inf"], "--scale is inf"),
        (&["-o", "out.png", "-k", "sobel", "--adapter", "no such adapter"], "no GPU adapter"),
    ] {
        let said = bench.fail(&[&["in.png"], arguments].concat());
        assert!(said.contains(words), "{said}");
    }
    assert!(!bench.file("out.png").exists() && !bench.file("out.jpg").exists());
}
