// A lane owns 4 neighbouring columns of dw (columns_four.wgsl), which are channels: kernels of one tap and stride 1, the plane
// one long row of whole fours. Reads 4 times 4 cells of x for 4 outputs.

@group(0) @binding(1) var<storage, read> x: array<ElementQuad>;

// Of each column: the first cell of x, without the sample, and with that.
var<private> column_first: vec4<u32>;
var<private> row_first: vec4<u32>;

fn own_columns(block: Block, lane: u32) {
    // Columns behind the last one repeat it and are not stored.
    let first = vec4<u32>(first_column(block, lane)) + vec4<u32>(0u, 1u, 2u, 3u);
    let columns = min(first, vec4<u32>(row_columns() - 1u));
    column_first = vec4<u32>(all.conv.x_base) + (vec4<u32>(block.group * row_columns()) + columns) * all.conv.in_w;
}

fn begin_row(n: u32, row_d: u32, row_h: u32) {
    row_first = column_first + vec4<u32>(n * all.conv.channels_in * all.conv.in_w);
}

// The choice as in dy_vec4.wgsl.
fn cells_of(first: u32, exists: bool) -> vec4<f32> {
    return select(vec4<f32>(0.0), element_quad(x[first / 4u]), exists);
}

fn columns_at(o: u32, exists: vec4<bool>) -> Window {
    let a = cells_of(row_first.x + o, exists.x);
    let b = cells_of(row_first.y + o, exists.x);
    let c = cells_of(row_first.z + o, exists.x);
    let d = cells_of(row_first.w + o, exists.x);
    return Window(
        vec4<f32>(a.x, b.x, c.x, d.x),
        vec4<f32>(a.y, b.y, c.y, d.y),
        vec4<f32>(a.z, b.z, c.z, d.z),
        vec4<f32>(a.w, b.w, c.w, d.w),
    );
}
