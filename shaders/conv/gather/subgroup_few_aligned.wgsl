// Few channels (subgroup_few.wgsl) of rows of whole fours, as wide as a class of out or narrower: a lane reads the fours of its own
// cells and takes those beside from its neighbours; the first and the last lane, which lack one, read it.
// ROWS are the channels that exist, or more; EVEN and ODD the taps of the classes along w, of which the second has none where there
// is only one; ODD_FIRST is the cell under the first of its taps, counted from that under the first of EVEN; BEFORE are the cells
// before a lane's own under its first tap.

// specialise: begin
const WORKGROUP_SIZE: u32 = 8u;
const TILE_M: u32 = 4u;
const ROWS: u32 = 3u;
const EVEN: u32 = 1u;
const ODD: u32 = 2u;
const ODD_FIRST: u32 = 0u;
const BEFORE: u32 = 0u;
// specialise: end

const_assert BEFORE < 4u;

@group(0) @binding(1) var<storage, read> source: array<ElementQuad>;

struct PlaceInRow {
    // A lane's own cells, and which of their fours exist.
    own: u32,
    has_first: bool,
    has_second: bool,
    // The four that this lane reads beside its own, if it has to.
    beside: u32,
    reads_beside: bool,
    // Whether neighbours have cells of the same row.
    has_left: bool,
    has_right: bool,
    lane: u32,
}

fn place_in_row(block: Block, lane: u32) -> PlaceInRow {
    let extent = params.in_w;
    let has_left = block.w > 0u;
    let has_right = block.w + 8u < extent;
    let is_first = lane == 0u;
    return PlaceInRow(
        block.w,
        block.w < extent,
        block.w + 4u < extent,
        select(block.w + 8u, block.w - 4u, is_first),
        select(has_right && lane == 7u, has_left, is_first),
        has_left,
        has_right,
        lane,
    );
}

// Cells outside are read as zero, from elements that exist.
fn four_at(at: u32, exists: bool) -> Four {
    return select(Four(0.0), element_quad(source[select(0u, at / 4u, exists)]), exists);
}

fn cells_at(row: u32, place: PlaceInRow, exists: bool) -> Sixteen {
    let b = four_at(row + place.own, exists && place.has_first);
    let c = four_at(row + place.own + 4u, exists && place.has_second);
    let beside = four_at(row + place.beside, exists && place.reads_beside);
    let from_left = subgroupShuffle(c, (place.lane + 7u) % 8u);
    let from_right = subgroupShuffle(b, (place.lane + 1u) % 8u);
    let a = select(select(Four(0.0), from_left, place.has_left), beside, place.lane == 0u);
    let d = select(select(Four(0.0), from_right, place.has_right), beside, place.lane == 7u);
    if (BEFORE == 0u) {
        return Sixteen(b, c, d, Four(0.0));
    }
    if (BEFORE == 1u) {
        return Sixteen(Four(a.w, b.xyz), Four(b.w, c.xyz), Four(c.w, d.xyz), Four(d.w, 0.0, 0.0, 0.0));
    }
    if (BEFORE == 2u) {
        return Sixteen(Four(a.zw, b.xy), Four(b.zw, c.xy), Four(c.zw, d.xy), Four(d.zw, 0.0, 0.0));
    }
    return Sixteen(Four(a.yzw, b.x), Four(b.yzw, c.x), Four(c.yzw, d.x), Four(d.yzw, 0.0));
}
