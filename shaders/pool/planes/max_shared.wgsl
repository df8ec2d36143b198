// `pool/planes/max.wgsl` by several invocations a slice, whose results are joined in workgroup memory.

// specialise: begin
const WORKGROUP_SIZE: u32 = 64u;
const LANES: u32 = 64u;
// specialise: end

@group(0) @binding(0) var<uniform> params: PlanesParams;
@group(0) @binding(1) var<storage, read> x: array<Element>;
@group(0) @binding(2) var<storage, read> cells: array<u32>;
@group(0) @binding(3) var<storage, read_write> out: array<Stored>;
@group(0) @binding(4) var<storage, read_write> indices: array<u32>;

var<workgroup> shared_values: array<f32, WORKGROUP_SIZE>;
var<workgroup> shared_cells: array<u32, WORKGROUP_SIZE>;

// The result of all lanes, for the first one.
fn over_lanes(best: Best, local: u32) -> Best {
    var total = best;
    shared_values[local] = best.value;
    shared_cells[local] = best.cell;
    for (var half = LANES / 2u; half > 0u; half /= 2u) {
        workgroupBarrier();
        if (local % LANES < half) {
            total = better(total, Best(shared_values[local + half], shared_cells[local + half]));
            shared_values[local] = total.value;
            shared_cells[local] = total.cell;
        }
    }
    return total;
}
