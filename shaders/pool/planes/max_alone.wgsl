// `pool/planes/max.wgsl` by one invocation a slice.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const LANES: u32 = 1u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PlanesParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> cells: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;

fn over_lanes(best: Best, local: u32) -> Best {
    return best;
}
