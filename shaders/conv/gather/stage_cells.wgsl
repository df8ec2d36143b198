// What an invocation of tiled.wgsl stages of source in any layout: quads of four columns, at rows B_STEP apart.
@group(0) @binding(1) var<storage, read> source: array<Element>;

const SOURCE_ENTRY: u32 = 1u;

// Rows from one that an invocation stages to the next.
const B_STEP: u32 = WORKGROUP_SIZE / B_QUADS;
const_assert B_STEP * B_QUADS == WORKGROUP_SIZE;

// Bit of a row behind the last one; taps have the bits below it.
const NO_ROW: u32 = 0x80000000u;

// The columns that an invocation stages.
fn staged_columns(local: u32) -> vec4<u32> {
    return columns_of(local % B_QUADS);
}

fn source_at(at: vec4<u32>, inside: vec4<bool>) -> Quad {
    return Quad(four_elements(source[slot(at.x)], source[slot(at.y)], source[slot(at.z)], source[slot(at.w)], at), inside);
}

// A row at four columns; zero outside of in and behind the last row, read from an element that exists.
fn source_quad(tile: Tile, columns: Columns, row: Row) -> Quad {
    let exists = row.k < tile.rows;
    if (BORDER != 0u) {
        let at = select(vec4<u32>(params.in_base), border_elements(columns, row), vec4<bool>(exists));
        return source_at(at, vec4<bool>(exists));
    }
    if (PADDED == 0u) {
        return source_at(columns.first + vec4<u32>(select(0u, row.offset, exists)), vec4<bool>(exists));
    }
    let bits = vec4<u32>(select(NO_ROW, bits_of(tile, row), exists));
    let inside = (columns.inside & bits) == bits;
    return source_at(select(vec4<u32>(0u), columns.first + row.offset, inside), inside);
}

// The step's channel `channel`, which begins `offset` elements behind the step's first.
fn channel_quad(tap: Tap, channel: u32, offset: u32) -> Quad {
    let inside = tap.inside & vec4<bool>(channel < tap.channels);
    return source_at(tap.at + vec4<u32>(min(offset, channels_apart(tap.channels - 1u))), inside);
}

// Where an invocation reads next.
struct Cursor {
    row: Row,
    // Its next quad of A; if rows are channels, the first of its column.
    a: u32,
    // Quads of A from one staged row to the next and, if rows are taps, the last one's.
    a_step: u32,
    a_last: u32,
    // If rows are channels: its first one, and where that begins.
    channel: u32,
    offset: u32,
}

fn cursor_at(tile: Tile, local: u32) -> Cursor {
    let quads = params.outputs_padded / 4u;
    let column = tile.row * quads + tile.m / 4u + local % A_QUADS;
    let channel = local / B_QUADS;
    if (BY_CHANNEL != 0u) {
        let step = tile.taps.x * tile.taps.y * tile.taps.z * quads;
        return Cursor(row_at(tile, 0u), column, step, 0u, channel, channels_apart(channel));
    }
    let last = column + (tile.rows - 1u) * quads;
    return Cursor(row_at(tile, channel), column + local / A_QUADS * quads, quads, last, 0u, 0u);
}

// The next step's quads. Rows behind the last one are zero in both operands: zero times an infinity would be a NaN.
fn load_staged(tile: Tile, columns: Columns, step: Step, local: u32, cursor: ptr<function, Cursor>) -> Staged {
    if (BY_CHANNEL != 0u) {
        return load_channels(tile, columns, step, local, cursor);
    }
    return load_taps(tile, columns, step, cursor);
}

fn load_taps(tile: Tile, columns: Columns, step: Step, cursor: ptr<function, Cursor>) -> Staged {
    let a = (*cursor).a;
    let a_last = (*cursor).a_last;
    let a_step = A_STEP * (*cursor).a_step;
    var row = (*cursor).row;
    var staged: Staged;
    staged.b0 = source_quad(tile, columns, row);
    row = next_row(tile, row, step);
    if (B_STAGED > 1u) {
        staged.b1 = source_quad(tile, columns, row);
        row = next_row(tile, row, step);
    }
    if (B_STAGED > 2u) {
        staged.b2 = source_quad(tile, columns, row);
        row = next_row(tile, row, step);
    }
    if (B_STAGED > 3u) {
        staged.b3 = source_quad(tile, columns, row);
        row = next_row(tile, row, step);
    }
    staged.a.q0 = a_quad(0u, a, a_last);
    if (A_STAGED > 1u) {
        staged.a.q1 = a_quad(0u, a + a_step, a_last);
    }
    if (A_STAGED > 2u) {
        staged.a.q2 = a_quad(0u, a + 2u * a_step, a_last);
    }
    if (A_STAGED > 3u) {
        staged.a.q3 = a_quad(0u, a + 3u * a_step, a_last);
    }
    (*cursor).a = a + TILE_K * (*cursor).a_step;
    (*cursor).row = row;
    return staged;
}

fn load_channels(tile: Tile, columns: Columns, step: Step, local: u32, cursor: ptr<function, Cursor>) -> Staged {
    let row = (*cursor).row;
    let tap = tap_at(tile, columns, row);
    let channel = (*cursor).channel;
    let offset = (*cursor).offset;
    let b_step = channels_apart(B_STEP);
    var staged: Staged;
    staged.b0 = channel_quad(tap, channel, offset);
    if (B_STAGED > 1u) {
        staged.b1 = channel_quad(tap, channel + B_STEP, offset + b_step);
    }
    if (B_STAGED > 2u) {
        staged.b2 = channel_quad(tap, channel + 2u * B_STEP, offset + 2u * b_step);
    }
    if (B_STAGED > 3u) {
        staged.b3 = channel_quad(tap, channel + 3u * B_STEP, offset + 3u * b_step);
    }
    staged.a = channels_of_a(tile, row, (*cursor).a, (*cursor).a_step, local);
    (*cursor).row = next_row(tile, row, step);
    return staged;
}

fn stage(staged: Staged, buffer: u32, local: u32) {
    let b = (buffer * TILE_K + local / B_QUADS) * B_ROW + local % B_QUADS;
    stage_a(staged.a, buffer, local);
    b_tile[b] = kept(staged.b0);
    if (B_STAGED > 1u) {
        b_tile[b + B_STEP * B_ROW] = kept(staged.b1);
    }
    if (B_STAGED > 2u) {
        b_tile[b + 2u * B_STEP * B_ROW] = kept(staged.b2);
    }
    if (B_STAGED > 3u) {
        b_tile[b + 3u * B_STEP * B_ROW] = kept(staged.b3);
    }
}
