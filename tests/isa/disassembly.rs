//! Counting in the disassembly that RADV prints: labels `BB7:` at the start of a line, instructions after a tab.

/// Instructions of a loop.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Loop {
    /// Vector instructions: those that every lane runs, memory apart.
    pub vector: usize,
    /// Multiply-adds among them; an instruction for two counts as two.
    pub multiply_adds: usize,
    /// Loads from memory through a descriptor, and those of four words among them.
    pub loads: usize,
    pub wide_loads: usize,
    /// Multiply-adds behind the last load from memory before anything waits for a load.
    pub overlapped: usize,
}

impl Loop {
    /// Multiply-adds in percent of the vector instructions.
    pub fn share(&self) -> f64 {
        100.0 * self.multiply_adds as f64 / self.vector.max(1) as f64
    }
}

/// The outermost loop with the most multiply-adds; `None` if the code has no loop.
pub fn main_loop(code: &str) -> Option<Loop> {
    let lines: Vec<&str> = code.lines().collect();
    let label = |line: &str| line.strip_suffix(':').filter(|name| name.starts_with("BB")).map(str::to_string);
    let mut begins = std::collections::HashMap::new();
    let mut loops = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        if let Some(name) = label(line) {
            begins.insert(name, at);
        }
        let mut words = line.split_whitespace();
        let is_branch = words.next().is_some_and(|mnemonic| mnemonic.contains("branch"));
        // A branch back closes a loop.
        if let (true, Some(&begin)) = (is_branch, words.next().and_then(|target| begins.get(target))) {
            loops.push(count(&lines[begin..at]));
        }
    }
    // Of two with as many multiply-adds the outer one has more instructions.
    loops.into_iter().max_by_key(|found| (found.multiply_adds, found.vector))
}

fn count(lines: &[&str]) -> Loop {
    let mut found = Loop::default();
    // Whether loads are under way that nothing has waited for.
    let mut under_way = false;
    for line in lines {
        if line.contains("buffer_load") || line.contains("global_load") {
            (under_way, found.overlapped) = (true, 0);
            found.loads += 1;
            found.wide_loads += usize::from(line.contains("_b128") || line.contains("_dwordx4"));
        }
        under_way &= !line.contains("vmcnt");
        // Two instructions of one word, `v_dual_fmac_f32 .. :: v_dual_mul_f32 ..`, are two.
        for instruction in line.split("::") {
            let mnemonic = instruction.split_whitespace().next().unwrap_or_default();
            found.vector += usize::from(mnemonic.starts_with("v_"));
            let adds = ["v_fma", "v_pk_fma", "v_dual_fma"].iter().any(|begin| mnemonic.starts_with(begin));
            found.multiply_adds += usize::from(adds);
            found.overlapped += usize::from(adds && under_way);
        }
    }
    found
}

#[test]
fn the_loop_that_multiplies_is_counted_whole() {
    let code = "
BB0:
\tv_mov_b32_e32 v0, 0 ; 7e
\ts_cbranch_scc1 BB4 ; bf
BB1:
\tv_add_nc_u32_e32 v1, v2, v3 ; 4a
BB2:
\tv_fmac_f32_e32 v0, v1, v2 ; 56
\tv_dual_fmac_f32 v0, v1, v2 :: v_dual_mov_b32 v3, v4 ; c8
\tds_read_b128 v[0:3], v4 ; d8
\ts_cbranch_scc1 BB2 ; bf
BB3:
\ts_branch BB1 ; bf
BB4:
\tv_fma_f32 v0, v1, v2, v3 ; d5
\ts_endpgm ; bf
";
    let found = main_loop(code).unwrap();
    assert_eq!(found, Loop { vector: 4, multiply_adds: 2, ..Loop::default() });
    assert_eq!(found.share(), 50.0);
    assert_eq!(main_loop("BB0:\n\tv_mov_b32_e32 v0, 0\n\ts_branch BB1\nBB1:\n"), None);
}
