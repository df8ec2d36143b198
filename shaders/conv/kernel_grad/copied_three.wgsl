// x under three taps of four outputs: a run, and one or two cells behind.
fn under_four(cells: Run, behind: vec4<f32>) -> Window {
    let low = cells.low;
    let high = cells.high;
    if (STRIDE == 1u) {
        return Window(low.xyz, low.yzw, vec3<f32>(low.zw, behind.x), vec3<f32>(low.w, behind.xy));
    }
    return Window(low.xyz, vec3<f32>(low.zw, high.x), high.xyz, vec3<f32>(high.zw, behind.x));
}
