// Sliding-window arithmetic: the only home of it in shaders (src/window.rs on the host).
// Output o looks at the input cells o * STRIDE + t * DILATION - PADDING_LOW for the taps t = 0 .. TAPS.

// Half-open range.
struct Range {
    begin: u32,
    end: u32,
}

// The steps s of 0 .. count for which start + s * step lies in 0 .. extent.
fn steps_inside(start: i32, step: u32, count: u32, extent: u32) -> Range {
    let stride = i32(step);
    let room = i32(extent) - start;
    var begin = 0u;
    if (start < 0) {
        begin = u32((stride - 1 - start) / stride);
    }
    var end = 0u;
    if (room > 0) {
        end = min(count, u32((room + stride - 1) / stride));
    }
    return Range(min(begin, end), end);
}

// The first input cell under the window of output o.
fn window_start(o: u32, stride: u32, padding_low: u32) -> i32 {
    return i32(o * stride) - i32(padding_low);
}

// The output whose window has this tap on this input cell, or -1 if there is none.
fn output_touching(cell: u32, tap: u32, stride: u32, dilation: u32, padding_low: u32, outputs: u32) -> i32 {
    let distance = i32(cell + padding_low) - i32(tap * dilation);
    let o = distance / i32(stride);
    if (distance < 0 || o * i32(stride) != distance || o >= i32(outputs)) {
        return -1;
    }
    return o;
}

// The tap with which a window that starts here lies on this cell, or -1 if none does, however many taps it has.
fn tap_touching(start: i32, cell: u32, dilation: u32) -> i32 {
    let distance = i32(cell) - start;
    let tap = distance / i32(dilation);
    return select(-1, tap, distance >= 0 && tap * i32(dilation) == distance);
}

// Window starts and touching outputs for four at once.
fn window_starts(o: vec4<u32>, stride: u32, padding_low: u32) -> vec4<i32> {
    return vec4<i32>(o * stride) - vec4<i32>(i32(padding_low));
}

fn outputs_touching(
    cells: vec4<u32>,
    tap: u32,
    stride: u32,
    dilation: u32,
    padding_low: u32,
    outputs: u32,
) -> vec4<i32> {
    let distance = vec4<i32>(cells + vec4<u32>(padding_low)) - vec4<i32>(i32(tap * dilation));
    let o = distance / i32(stride);
    let touches = (distance >= vec4<i32>(0)) & (o * i32(stride) == distance) & (o < vec4<i32>(i32(outputs)));
    return select(vec4<i32>(-1), o, touches);
}

// For dilation 1, how many taps of windows that start here are inside of an extent.
fn taps_inside(starts: vec4<i32>, taps: u32, extent: u32) -> vec4<i32> {
    let begin = max(starts, vec4<i32>(0));
    let end = min(starts + i32(taps), vec4<i32>(i32(extent)));
    return max(end - begin, vec4<i32>(0));
}

// For dilation 1, the outputs whose windows cover a cell.
fn outputs_covering(cell: u32, taps: u32, stride: u32, padding_low: u32, outputs: u32) -> Range {
    let padded = cell + padding_low;
    let begin = select(0u, (padded - taps) / stride + 1u, padded >= taps);
    return Range(begin, min(padded / stride + 1u, outputs));
}

// For dilation 1: the windows that cover a cell are among so many, the last of which is `last_windows`.
fn most_windows(taps: u32, stride: u32) -> u32 {
    return (taps + stride - 1u) / stride;
}

// The last windows that start at or before these cells, whether they cover them and exist or not.
fn last_windows(cells: vec4<u32>, stride: u32, padding_low: u32) -> vec4<i32> {
    return vec4<i32>((cells + padding_low) / stride);
}

// Whether there are these outputs, none behind `last_windows`, and their windows cover these cells.
fn windows_cover(
    o: vec4<i32>,
    cells: vec4<u32>,
    taps: u32,
    stride: u32,
    padding_low: u32,
    outputs: u32,
) -> vec4<bool> {
    let tap = vec4<i32>(cells + padding_low) - o * i32(stride);
    return (o >= vec4<i32>(0)) & (o < vec4<i32>(i32(outputs))) & (tap < vec4<i32>(i32(taps)));
}

// The last window that starts at or before a cell, and how many before the one that starts `padding_low` before a cell reach that cell.
fn last_window(cell: u32, stride: u32, padding_low: u32) -> u32 {
    return (cell + padding_low) / stride;
}

fn windows_before(taps: u32, stride: u32, padding_low: u32) -> u32 {
    return (taps - 1u - padding_low) / stride;
}
