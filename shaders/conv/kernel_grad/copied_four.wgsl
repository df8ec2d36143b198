// x under four taps of four outputs: a run, and two or three cells behind.
fn under_four(cells: Run, behind: vec4<f32>) -> Window {
    let low = cells.low;
    let high = cells.high;
    if (STRIDE == 1u) {
        return Window(low, vec4<f32>(low.yzw, behind.x), vec4<f32>(low.zw, behind.xy), vec4<f32>(low.w, behind.xyz));
    }
    return Window(low, vec4<f32>(low.zw, high.xy), high, vec4<f32>(high.zw, behind.xy));
}
