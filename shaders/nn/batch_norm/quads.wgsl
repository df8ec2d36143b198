// What the four channels of a Value need, where channels are last; its members are the channels' ones, four by four.
struct Coefficients {
    x: vec4<f32>,
    y: vec4<f32>,
    z: vec4<f32>,
    w: vec4<f32>,
}

// An invocation has its quad of BLOCK cells that follow each other.
fn block_of(index: u32) -> Block {
    let before = divide(index, params.magic_plane, params.shift_plane) * (BLOCK - 1u) * params.plane;
    return Block(params.base + index + before, params.plane, params.base + params.count);
}

fn coefficients_of(index: u32) -> Coefficients {
    let first = 4u * (index - params.plane * divide(index, params.magic_plane, params.shift_plane));
    let a = coefficients[first];
    let b = coefficients[first + 1u];
    let c = coefficients[first + 2u];
    let d = coefficients[first + 3u];
    return Coefficients(
        vec4<f32>(a.x, b.x, c.x, d.x),
        vec4<f32>(a.y, b.y, c.y, d.y),
        vec4<f32>(a.z, b.z, c.z, d.z),
        vec4<f32>(a.w, b.w, c.w, d.w),
    );
}
