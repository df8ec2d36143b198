// The picture with ink where its brightness changes: y [1, 2, height - 2, width - 2] holds the change to the right and
// downwards. The outermost pixels have no window of their own and take that of their neighbours.

@group(0) @binding(0) var picture: texture_2d<f32>;
@group(0) @binding(1) var<storage, read> y: array<f32>;

@fragment
fn ink(@builtin(position) pixel: vec4<f32>) -> @location(0) vec4<f32> {
    let size = textureDimensions(picture);
    let at = vec2<u32>(pixel.xy);
    let inside = clamp(at, vec2<u32>(1u), size - 2u) - 1u;
    let position = inside.y * (size.x - 2u) + inside.x;
    let change = vec2<f32>(y[position], y[(size.x - 2u) * (size.y - 2u) + position]);
    let strength = smoothstep(0.2, 0.8, length(change));
    let colour = textureLoad(picture, at, 0).rgb;
    return vec4<f32>(mix(colour, vec3<f32>(0.07, 0.06, 0.1), strength), 1.0);
}
