//! A renderer that filters its own picture on the GPU with this library's convolution, sharing device, textures and buffers.
//!
//! The renderer owns the device and the queue. A render pass draws a scene into a texture; a compute pass of the renderer
//! spreads it into a buffer; this library's plan records a Sobel filter into the same compute pass, from that buffer into
//! another one of the renderer's; a second render pass draws the picture with ink along its edges. One command encoder, one
//! submit; the pixels never leave the device in between.
//!
//! ```text
//! cargo run --release --example texture_filter [FOLDER [WIDTH HEIGHT]]
//! ```
//!
//! Writes `scene.png` and `outlined.png` into the folder, by default `out/texture_filter`, by default of 960 x 600 pixels.

use std::error::Error;
use std::path::Path;

use wgconv::wgpu::{self, BufferUsages, TextureUsages};
use wgconv::{Bindings, Context, ContextOptions, Conv, ConvShapes, Operand, Pass};

const FORMAT: wgpu::TextureFormat = wgpu::TextureFormat::Rgba8Unorm;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

fn main() {
    if let Err(error) = run(&std::env::args().skip(1).collect::<Vec<_>>()) {
        eprintln!("error: {error}");
        std::process::exit(1);
    }
}

fn run(arguments: &[String]) -> Result<()> {
    let (folder, size) = match arguments {
        [] => ("out/texture_filter", [960, 600]),
        [folder] => (folder.as_str(), [960, 600]),
        [folder, width, height] => (folder.as_str(), [width.parse()?, height.parse()?]),
        _ => return Err("usage: texture_filter [FOLDER [WIDTH HEIGHT]]".into()),
    };
    let [scene, outlined] = Renderer::new()?.draw(size)?;
    std::fs::create_dir_all(folder)?;
    for (name, pixels) in [("scene.png", scene), ("outlined.png", outlined)] {
        let path = Path::new(folder).join(name);
        // Nothing here is transparent.
        let opaque: Vec<u8> = pixels.chunks_exact(4).flat_map(|pixel| &pixel[..3]).copied().collect();
        image::save_buffer(&path, &opaque, size[0], size[1], image::ExtendedColorType::Rgb8)?;
        println!("{}", path.display());
    }
    Ok(())
}

/// The program that uses the library: it has a device already, and keeps it.
struct Renderer {
    adapter: wgpu::Adapter,
    device: wgpu::Device,
    queue: wgpu::Queue,
}

impl Renderer {
    /// A program with a window would ask for the adapter that its surface is on.
    fn new() -> Result<Self> {
        let adapter = Context::choose_adapter_blocking(&ContextOptions::default())?;
        let (device, queue) = pollster::block_on(adapter.request_device(&wgpu::DeviceDescriptor::default()))?;
        Ok(Renderer { adapter, device, queue })
    }

    /// The scene, and the scene with its outlines inked: RGBA pixels, row by row.
    fn draw(&self, size: [u32; 2]) -> Result<[Vec<u8>; 2]> {
        let largest = self.device.limits().max_texture_dimension_2d;
        if size.iter().any(|extent| !(3..=largest).contains(extent))
            || !(4 * size[0]).is_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT)
        {
            return Err(format!("{size:?} pixels: both must be 3 to {largest}, and the width a multiple of 64").into());
        }
        let [width, height] = size.map(|extent| extent as usize);
        let (scene, outlined) = (self.texture(size), self.texture(size));

        // The library on this device. A window of 3 x 3 inside the picture: two cells fewer along each axis.
        let ctx = Context::from_wgpu(&self.adapter, self.device.clone(), self.queue.clone());
        let sobel = Conv::<2>::new([3, 3]).build()?;
        let plan = sobel.plan(&ctx, Pass::Forward, ConvShapes::new(&[1, 3, height, width], &[2, 3, 3, 3]))?;
        // Whatever the plan needs (x, w, y, perhaps a workspace), in buffers of the renderer's.
        let buffers: Vec<(Operand, wgpu::Buffer)> = plan
            .operands()
            .iter()
            .map(|need| (need.operand, self.buffer(need.bytes, BufferUsages::STORAGE | BufferUsages::COPY_DST)))
            .collect();
        let bindings = buffers.iter().fold(Bindings::new(), |bindings, (operand, buffer)| {
            bindings.bind(*operand, buffer.as_entire_buffer_binding())
        });
        let binding = |operand| bindings.get(operand).cloned().ok_or("the plan of a forward pass has x, w and y");
        self.queue.write_buffer(binding(Operand::W)?.buffer, 0, bytemuck::cast_slice(&sobel_weights()));

        let size_in_shader = self.buffer(16, BufferUsages::UNIFORM | BufferUsages::COPY_DST);
        self.queue.write_buffer(&size_in_shader, 0, bytemuck::cast_slice(&[width as f32, height as f32, 0.0, 0.0]));

        let mut encoder = self.device.create_command_encoder(&Default::default());
        let resources = [size_in_shader.as_entire_binding()];
        self.cover(&mut encoder, &scene, ("scene", include_str!("scene.wgsl")), &resources);
        {
            let picture = scene.create_view(&Default::default());
            let mut pass = encoder.begin_compute_pass(&Default::default());
            let resources =
                [wgpu::BindingResource::TextureView(&picture), wgpu::BindingResource::Buffer(binding(Operand::X)?)];
            self.spread(&mut pass, size, &resources);
            // The library's part: its dispatches, recorded where the caller wants them.
            plan.record(&mut pass, &bindings)?;
        }
        let picture = scene.create_view(&Default::default());
        let resources =
            [wgpu::BindingResource::TextureView(&picture), wgpu::BindingResource::Buffer(binding(Operand::Y)?)];
        self.cover(&mut encoder, &outlined, ("ink", include_str!("ink.wgsl")), &resources);

        let copies = [self.copy_out(&mut encoder, &scene), self.copy_out(&mut encoder, &outlined)];
        self.queue.submit([encoder.finish()]);
        for copy in &copies {
            // A failure shows when the range is asked for.
            copy.map_async(wgpu::MapMode::Read, .., |_| ());
        }
        self.device.poll(wgpu::PollType::wait_indefinitely())?;
        let [scene, outlined] = &copies;
        Ok([scene.get_mapped_range(..)?.to_vec(), outlined.get_mapped_range(..)?.to_vec()])
    }

    fn texture(&self, [width, height]: [u32; 2]) -> wgpu::Texture {
        self.device.create_texture(&wgpu::TextureDescriptor {
            label: None,
            size: wgpu::Extent3d { width, height, depth_or_array_layers: 1 },
            mip_level_count: 1,
            sample_count: 1,
            dimension: wgpu::TextureDimension::D2,
            format: FORMAT,
            usage: TextureUsages::RENDER_ATTACHMENT | TextureUsages::TEXTURE_BINDING | TextureUsages::COPY_SRC,
            view_formats: &[],
        })
    }

    fn buffer(&self, size: u64, usage: BufferUsages) -> wgpu::Buffer {
        self.device.create_buffer(&wgpu::BufferDescriptor { label: None, size, usage, mapped_at_creation: false })
    }

    fn shader(&self, source: &'static str) -> wgpu::ShaderModule {
        self.device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: None,
            source: wgpu::ShaderSource::Wgsl(source.into()),
        })
    }

    fn group(&self, layout: &wgpu::BindGroupLayout, resources: &[wgpu::BindingResource<'_>]) -> wgpu::BindGroup {
        let numbered = (0..).zip(resources.iter().cloned());
        let entries: Vec<_> = numbered.map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        self.device.create_bind_group(&wgpu::BindGroupDescriptor { label: None, layout, entries: &entries })
    }

    /// A render pass that covers the target with what a fragment shader makes of these resources.
    fn cover(
        &self,
        encoder: &mut wgpu::CommandEncoder,
        target: &wgpu::Texture,
        (entry_point, source): (&str, &'static str),
        resources: &[wgpu::BindingResource<'_>],
    ) {
        let [corners, fragment] = [include_str!("scene.wgsl"), source].map(|source| self.shader(source));
        let pipeline = self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some(entry_point),
            layout: None,
            vertex: wgpu::VertexState {
                module: &corners,
                entry_point: Some("corners"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &fragment,
                entry_point: Some(entry_point),
                compilation_options: Default::default(),
                targets: &[Some(FORMAT.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        let view = target.create_view(&Default::default());
        let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some(entry_point),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &view,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations { load: wgpu::LoadOp::Clear(wgpu::Color::BLACK), store: wgpu::StoreOp::Store },
            })],
            ..Default::default()
        });
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &self.group(&pipeline.get_bind_group_layout(0), resources), &[]);
        pass.draw(0..3, 0..1);
    }

    /// Dispatches the shader that spreads a texture's channels into planes.
    fn spread(&self, pass: &mut wgpu::ComputePass<'_>, size: [u32; 2], resources: &[wgpu::BindingResource<'_>]) {
        let pipeline = self.device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some("planes"),
            layout: None,
            module: &self.shader(include_str!("planes.wgsl")),
            entry_point: Some("planes"),
            compilation_options: Default::default(),
            cache: None,
        });
        pass.set_pipeline(&pipeline);
        pass.set_bind_group(0, &self.group(&pipeline.get_bind_group_layout(0), resources), &[]);
        pass.dispatch_workgroups(size[0].div_ceil(8), size[1].div_ceil(8), 1);
    }

    /// Records a copy of the texture into a buffer that the host can map.
    fn copy_out(&self, encoder: &mut wgpu::CommandEncoder, texture: &wgpu::Texture) -> wgpu::Buffer {
        let bytes_per_row = 4 * texture.width();
        let size = u64::from(bytes_per_row) * u64::from(texture.height());
        let buffer = self.buffer(size, BufferUsages::MAP_READ | BufferUsages::COPY_DST);
        let layout =
            wgpu::TexelCopyBufferLayout { offset: 0, bytes_per_row: Some(bytes_per_row), rows_per_image: None };
        let target = wgpu::TexelCopyBufferInfo { buffer: &buffer, layout };
        encoder.copy_texture_to_buffer(texture.as_image_copy(), target, texture.size());
        buffer
    }
}

/// w [2, 3, 3, 3]: of the brightness, so with its share of each colour (ITU-R BT.601), the change to the right and downwards.
fn sobel_weights() -> [f32; 54] {
    const RIGHT: [f32; 9] = [-1.0, 0.0, 1.0, -2.0, 0.0, 2.0, -1.0, 0.0, 1.0];
    const SHARES: [f32; 3] = [0.299, 0.587, 0.114];
    std::array::from_fn(|i| {
        let (direction, colour, row, column) = (i / 27, i / 9 % 3, i / 3 % 3, i % 3);
        SHARES[colour] * if direction == 0 { RIGHT[row * 3 + column] } else { RIGHT[column * 3 + row] }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ink that the shaders put on, worked out again from the scene's bytes.
    #[test]
    fn the_ink_is_where_the_scene_changes() {
        let [width, height] = [128, 80];
        let [scene, outlined] = Renderer::new().unwrap().draw([width as u32, height as u32]).unwrap();
        let brightness = |row: usize, column: usize| {
            let pixel = &scene[(row * width + column) * 4..][..3];
            (0.299 * f64::from(pixel[0]) + 0.587 * f64::from(pixel[1]) + 0.114 * f64::from(pixel[2])) / 255.0
        };
        let mut inked = 0;
        for (row, column) in (0..height).flat_map(|row| (0..width).map(move |column| (row, column))) {
            let (r, c) = (row.clamp(1, height - 2), column.clamp(1, width - 2));
            let step = |low: [[usize; 2]; 3], high: [[usize; 2]; 3]| {
                let of = |cells: [[usize; 2]; 3]| {
                    cells.iter().zip([1.0, 2.0, 1.0]).map(|(&[r, c], share)| share * brightness(r, c)).sum::<f64>()
                };
                of(high) - of(low)
            };
            let right =
                step([[r - 1, c - 1], [r, c - 1], [r + 1, c - 1]], [[r - 1, c + 1], [r, c + 1], [r + 1, c + 1]]);
            let down = step([[r - 1, c - 1], [r - 1, c], [r - 1, c + 1]], [[r + 1, c - 1], [r + 1, c], [r + 1, c + 1]]);
            let part = ((right.hypot(down) - 0.2) / 0.6).clamp(0.0, 1.0);
            let strength = part * part * (3.0 - 2.0 * part);
            inked += usize::from(strength > 0.5);
            let at = (row * width + column) * 4;
            for (channel, ink) in [0.07, 0.06, 0.1].into_iter().enumerate() {
                let expected = f64::from(scene[at + channel]) * (1.0 - strength) + 255.0 * ink * strength;
                let found = f64::from(outlined[at + channel]);
                assert!((found - expected).abs() <= 1.0, "{found} is not {expected} at {row}, {column}, {channel}");
            }
        }
        assert!((300..5_000).contains(&inked), "{inked} of {} pixels are inked", width * height);
    }
}
