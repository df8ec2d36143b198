// What stands in the padding (src/padding_mode.rs): 0 zeros, 1 the input reflected at its outermost cells, 2 the outermost cell
// replicated, 3 the input's other end. The only home of these rules in shaders. A constant: with zeros nothing is left of it.
override BORDER: u32 = 0u;

// The cells to be read for cells along an axis that may lie in the padding. With zeros the cells themselves, which are then
// found to be outside; as are cells so far behind the padding that no output needs them.
fn four_bordered(cells: vec4<i32>, extent: u32) -> vec4<i32> {
    let count = vec4<i32>(i32(extent));
    let last = count - vec4<i32>(1);
    if (BORDER == 1u) {
        return last - abs(last - abs(cells));
    }
    if (BORDER == 2u) {
        return clamp(cells, vec4<i32>(0), last);
    }
    if (BORDER == 3u) {
        return select(select(cells, cells - count, cells >= count), cells + count, cells < vec4<i32>(0));
    }
    return cells;
}

fn bordered(cell: i32, extent: u32) -> i32 {
    return four_bordered(vec4<i32>(cell), extent).x;
}

// A place along an axis, in the padding or inside, at which cells stand.
struct Image {
    place: vec4<i32>,
    exists: vec4<bool>,
}

// Place j at which cells of an axis with so much padding stand. Their own is place 0.
fn image_of(cells: vec4<i32>, j: u32, extent: u32, padding_low: u32, padding_high: u32) -> Image {
    let last = vec4<i32>(i32(extent) - 1);
    let low = vec4<i32>(i32(padding_low));
    let high = vec4<i32>(i32(padding_high));
    if (j == 0u) {
        return Image(cells, vec4<bool>(true));
    }
    if (BORDER == 2u) {
        // Before the first cell, then behind the last.
        let number = vec4<i32>(i32(j));
        let is_first = cells == vec4<i32>(0);
        let is_low = is_first & (number <= low);
        let behind = number - select(vec4<i32>(0), low, is_first);
        let is_high = (cells == last) & (behind > vec4<i32>(0)) & (behind <= high);
        return Image(select(last + behind, -number, is_low), is_low | is_high);
    }
    var is_low = (cells > vec4<i32>(0)) & (cells <= low);
    var is_high = (cells < last) & (cells >= last - high);
    var at_low = -cells;
    var at_high = 2 * last - cells;
    if (BORDER == 3u) {
        is_low = cells > last - low;
        is_high = cells < high;
        at_low = cells - last - vec4<i32>(1);
        at_high = cells + last + vec4<i32>(1);
    }
    // Most cells have one other place; its number then is 1, whichever it is.
    if (j == 1u) {
        return Image(select(at_high, at_low, is_low), is_low | is_high);
    }
    return Image(at_high, is_low & is_high);
}
