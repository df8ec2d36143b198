// From a texture, whose channels lie side by side, to the planes that a convolution reads: x [1, 3, height, width].

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;

@compute @workgroup_size(8, 8)
fn planes(@builtin(global_invocation_id) pixel: vec3<u32>) {
    let size = textureDimensions(picture);
    if any(pixel.xy >= size) {
        return;
    }
    let colour = textureLoad(picture, pixel.xy, 0);
    let position = pixel.y * size.x + pixel.x;
    let plane = size.x * size.y;
    for (var channel = 0u; channel < 3u; channel++) {
        x[channel * plane + position] = colour[channel];
    }
}
