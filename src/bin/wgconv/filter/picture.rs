//! An image in memory: samples of 8 or 16 bits, one to four of them for a pixel.

use std::fmt;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder, ImageError, ImageReader, Limits};

use super::edge::Edge;
use super::error::FilterError;
use super::tiles::Tile;

/// Pixels row by row, their samples side by side. Bytes are kept in 16 bits too: one kind of arithmetic for both.
#[derive(Clone)]
pub struct Picture {
    pub height: usize,
    pub width: usize,
    form: Form,
    samples: Vec<u16>,
    /// What the numbers mean as colours, if the file says so.
    profile: Option<Vec<u8>>,
}

/// What a pixel is made of.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Form {
    colours: usize,
    alpha: bool,
    wide: bool,
}

/// Bytes of samples that an image may have: 350 megapixels in colour.
const MOST_BYTES: u64 = 1 << 30;

impl Picture {
    /// Decodes a file, whatever its name ends in.
    pub fn read(path: &Path) -> Result<Self, FilterError> {
        let unreadable = |source: ImageError| FilterError::Unreadable { path: path.to_owned(), source };
        let open = || {
            let mut reader = ImageReader::open(path)?.with_guessed_format()?;
            let mut limits = Limits::default();
            limits.max_alloc = Some(2 * MOST_BYTES);
            reader.limits(limits);
            reader.into_decoder()
        };
        let mut decoder = open().map_err(unreadable)?;
        let ((width, height), bytes) = (decoder.dimensions(), decoder.total_bytes());
        // Before the decoder allocates what the file claims.
        if bytes > MOST_BYTES {
            return Err(FilterError::TooLarge { path: path.to_owned(), width, height, bytes, most: MOST_BYTES });
        }
        let profile = decoder.icc_profile().map_err(unreadable)?;
        // Cameras write pictures as the sensor lies, and how to turn them.
        let orientation = decoder.orientation().map_err(unreadable)?;
        let mut image = DynamicImage::from_decoder(decoder).map_err(unreadable)?;
        image.apply_orientation(orientation);
        let found = format!("{:?}", image.color());
        let picture = Picture::from_image(image).ok_or(FilterError::Depth { path: path.to_owned(), found })?;
        Ok(Picture { profile: profile.filter(|profile| picture.form.fits(profile)), ..picture })
    }

    /// Nothing for samples that are not whole numbers.
    fn from_image(image: DynamicImage) -> Option<Self> {
        let (height, width) = (image.height() as usize, image.width() as usize);
        let (colours, alpha) = (if image.color().has_color() { 3 } else { 1 }, image.color().has_alpha());
        let widen = |bytes: Vec<u8>| (bytes.into_iter().map(u16::from).collect::<Vec<u16>>(), false);
        let (samples, wide) = match image {
            DynamicImage::ImageLuma8(image) => widen(image.into_raw()),
            DynamicImage::ImageLumaA8(image) => widen(image.into_raw()),
            DynamicImage::ImageRgb8(image) => widen(image.into_raw()),
            DynamicImage::ImageRgba8(image) => widen(image.into_raw()),
            DynamicImage::ImageLuma16(image) => (image.into_raw(), true),
            DynamicImage::ImageLumaA16(image) => (image.into_raw(), true),
            DynamicImage::ImageRgb16(image) => (image.into_raw(), true),
            DynamicImage::ImageRgba16(image) => (image.into_raw(), true),
            _ => return None,
        };
        Some(Picture { height, width, form: Form { colours, alpha, wide }, samples, profile: None })
    }

    /// White.
    pub fn largest(&self) -> u16 {
        if self.form.wide { u16::MAX } else { u8::MAX.into() }
    }

    /// Channels without alpha.
    pub fn colours(&self) -> usize {
        self.form.colours
    }

    /// The colour channels of a piece, one plane after the other, with so many rows and columns around it, also beyond the
    /// image's edges.
    pub fn planes(&self, tile: Tile, halo: [usize; 2], edge: Edge) -> Vec<f32> {
        let pixel = |position: usize, halo: usize, extent: usize| edge.pixel(position as i64 - halo as i64, extent);
        let (rows, columns) = (tile.height + 2 * halo[0], tile.width + 2 * halo[1]);
        let mut planes = Vec::with_capacity(self.form.colours * rows * columns);
        for colour in 0..self.form.colours {
            for row in tile.top..tile.top + rows {
                let row = pixel(row, halo[0], self.height);
                planes.extend((tile.left..tile.left + columns).map(|column| {
                    let place = row.zip(pixel(column, halo[1], self.width));
                    place.map_or(0.0, |(row, column)| f32::from(self.samples[self.position(row, column) + colour]))
                }));
            }
        }
        planes
    }

    /// Replaces the colour channels of a piece.
    pub fn set_planes(&mut self, tile: Tile, planes: &[u16]) {
        for (colour, plane) in planes.chunks_exact(tile.height * tile.width).enumerate() {
            for (row, values) in plane.chunks_exact(tile.width).enumerate() {
                for (column, value) in values.iter().enumerate() {
                    let position = self.position(tile.top + row, tile.left + column) + colour;
                    self.samples[position] = *value;
                }
            }
        }
    }

    /// Where the samples of a pixel start.
    fn position(&self, row: usize, column: usize) -> usize {
        (row * self.width + column) * self.form.samples()
    }

    /// This picture at the left, another of the same size and form at the right.
    pub fn beside(&self, other: &Picture) -> Result<Picture, FilterError> {
        let width = 2 * self.width;
        if width > i32::MAX as usize {
            return Err(FilterError::TooWide(self.width));
        }
        let length = self.width * self.form.samples();
        let rows = self.samples.chunks_exact(length).zip(other.samples.chunks_exact(length));
        let samples = rows.flat_map(|(left, right)| left.iter().chain(right)).copied().collect();
        Ok(Picture { width, samples, profile: self.profile.clone(), ..*self })
    }

    /// A PNG file.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        let narrow: Vec<u8>;
        let bytes = if self.form.wide {
            bytemuck::cast_slice(&self.samples)
        } else {
            // No sample of a picture of bytes is above 255.
            narrow = self.samples.iter().map(|&sample| sample as u8).collect();
            &narrow
        };
        ensure!(!bytes.is_empty(), "an image without pixels");
        let mut file = Vec::new();
        let mut encoder = PngEncoder::new_with_quality(&mut file, CompressionType::Default, FilterType::Adaptive);
        if let Some(profile) = &self.profile {
            // Of the formats that are written here, all have a place for it.
            encoder.set_icc_profile(profile.clone()).context("cannot keep the colour profile")?;
        }
        encoder
            .write_image(bytes, self.width as u32, self.height as u32, self.form.png())
            .context("cannot pack the result as PNG")?;
        Ok(file)
    }
}

impl Form {
    /// Samples of a pixel.
    fn samples(self) -> usize {
        self.colours + usize::from(self.alpha)
    }

    fn png(self) -> ExtendedColorType {
        match (self.colours, self.alpha, self.wide) {
            (1, false, false) => ExtendedColorType::L8,
            (1, true, false) => ExtendedColorType::La8,
            (_, false, false) => ExtendedColorType::Rgb8,
            (_, true, false) => ExtendedColorType::Rgba8,
            (1, false, true) => ExtendedColorType::L16,
            (1, true, true) => ExtendedColorType::La16,
            (_, false, true) => ExtendedColorType::Rgb16,
            (_, true, true) => ExtendedColorType::Rgba16,
        }
    }

    /// Whether a colour profile speaks of these channels: that of a CMYK image does not, once it was decoded to RGB. The
    /// profile's header names them in its bytes 16 to 19.
    fn fits(self, profile: &[u8]) -> bool {
        let channels: &[u8] = if self.colours == 1 { b"GRAY" } else { b"RGB " };
        profile.get(16..20) == Some(channels)
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let colours = if self.form.colours == 1 { "grey" } else { "colour" };
        let alpha = if self.form.alpha { " and alpha" } else { "" };
        let bits = if self.form.wide { 16 } else { 8 };
        write!(f, "{} x {} pixels, {colours}{alpha} of {bits} bits", self.width, self.height)
    }
}
