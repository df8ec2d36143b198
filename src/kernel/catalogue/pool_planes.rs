//! Pooling over whole planes.

use super::super::params::PlanesParams;
use super::pool::NORM;
use super::{ELEMENT, EntryPoint, INDEX, Kernel, STORE, Variant, WORKGROUP_SIZE, kernel, read, write};

const PLANES: &str = include_str!("../../../shaders/pool/planes/params.wgsl");
const SUM: &str = include_str!("../../../shaders/pool/planes/sum.wgsl");
const MAX: &str = include_str!("../../../shaders/pool/planes/max.wgsl");

const SUM_OVERRIDES: &[&str] = &["POWER", "SIGNED"];

/// One invocation for a slice.
const ALONE: &[Variant] =
    &[Variant { constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("LANES", 1)], workgroup_bytes: 0 }];

/// So many invocations for a slice, with so many bytes of workgroup memory each.
const fn shared<const LANES: u32>(bytes: u32) -> Variant {
    Variant {
        constants: &[("WORKGROUP_SIZE", WORKGROUP_SIZE), ("LANES", LANES)],
        workgroup_bytes: bytes * WORKGROUP_SIZE,
    }
}

kernel! {
    PLANES_SUM_ALONE_KERNEL = "pool/planes/sum_alone", [INDEX, NORM, PLANES, SUM, ELEMENT, STORE], PlanesParams, SUM_OVERRIDES, subgroup 0, variants ALONE;
    PLANES_SUM_ALONE = "forward" [read(1, "x"), write(2, "out")];
}
kernel! {
    PLANES_SUM_SHARED_KERNEL = "pool/planes/sum_shared", [INDEX, NORM, PLANES, SUM, ELEMENT, STORE], PlanesParams, SUM_OVERRIDES, subgroup 0,
        variants &[shared::<16>(4), shared::<64>(4)];
    PLANES_SUM_SHARED = "forward" [read(1, "x"), write(2, "out")];
}
kernel! {
    PLANES_MAX_ALONE_KERNEL = "pool/planes/max_alone", [INDEX, PLANES, MAX, ELEMENT, STORE], PlanesParams, &[], subgroup 0, variants ALONE;
    PLANES_MAX_ALONE = "forward" [read(1, "x"), write(3, "out")];
    PLANES_MAX_WITH_INDICES_ALONE = "forward_with_indices" [read(1, "x"), write(3, "out"), write(4, "indices")];
    PLANES_MAX_JOIN_ALONE = "join_with_indices" [read(1, "x"), read(2, "cells"), write(3, "out"), write(4, "indices")];
}
kernel! {
    PLANES_MAX_SHARED_KERNEL = "pool/planes/max_shared", [INDEX, PLANES, MAX, ELEMENT, STORE], PlanesParams, &[], subgroup 0,
        variants &[shared::<16>(8), shared::<64>(8)];
    PLANES_MAX_SHARED = "forward" [read(1, "x"), write(3, "out")];
    PLANES_MAX_WITH_INDICES_SHARED = "forward_with_indices" [read(1, "x"), write(3, "out"), write(4, "indices")];
    PLANES_MAX_JOIN_SHARED = "join_with_indices" [read(1, "x"), read(2, "cells"), write(3, "out"), write(4, "indices")];
}
