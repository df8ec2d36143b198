// What the four elements of a Value need that are of different channels; its members are the channels' ones, four by four.
struct Coefficients {
    x: vec4<f32>,
    y: vec4<f32>,
    z: vec4<f32>,
    w: vec4<f32>,
}

fn coefficients_of_channels(channels: vec4<u32>) -> Coefficients {
    let a = coefficients[channels.x];
    let b = coefficients[channels.y];
    let c = coefficients[channels.z];
    let d = coefficients[channels.w];
    return Coefficients(
        vec4<f32>(a.x, b.x, c.x, d.x),
        vec4<f32>(a.y, b.y, c.y, d.y),
        vec4<f32>(a.z, b.z, c.z, d.z),
        vec4<f32>(a.w, b.w, c.w, d.w),
    );
}
