//! Rules that a compiler does not know, checked on naga's representation of each module: a loop has a bound, results are
//! stored where a reader looks for them, sums do not depend on the order of threads, arrays stay in registers.

use naga::{AddressSpace, BinaryOperator, Block, Expression, Function, Handle, Module, Statement, TypeInner};

use crate::modules::{modules, modules_of_other_types, parse, validate};

/// What is wrong with a module, a line each, and how many loops and stores were looked at.
#[derive(Default)]
struct Report {
    faults: Vec<String>,
    loops: usize,
    stores: usize,
}

/// A function of a module and whether it is an entry point.
struct Place<'a> {
    module: &'a Module,
    function: &'a Function,
    name: &'a str,
    is_entry: bool,
}

fn lint(module: &Module) -> Report {
    let mut report = Report::default();
    for entry in &module.entry_points {
        Place { module, function: &entry.function, name: &entry.name, is_entry: true }.check(&mut report);
    }
    for (_, function) in module.functions.iter() {
        let name = function.name.as_deref().unwrap_or_default();
        Place { module, function, name, is_entry: false }.check(&mut report);
    }
    if module.types.iter().any(|(_, ty)| matches!(ty.inner, TypeInner::Atomic(_))) {
        report.faults.push("an atomic type".to_string());
    }
    report
}

impl Place<'_> {
    fn check(&self, report: &mut Report) {
        for (_, expression) in self.function.expressions.iter() {
            self.check_expression(expression, report);
        }
        self.check_block(&self.function.body, report);
    }

    fn fault(&self, report: &mut Report, what: &str) {
        report.faults.push(format!("{}: {what}", self.name));
    }

    /// An array in private memory with an index that is not a constant is spilled to slow memory by real drivers.
    fn check_expression(&self, expression: &Expression, report: &mut Report) {
        if let Expression::Access { base, index } = *expression
            && self.is_private(base)
            && !self.is_constant(index)
        {
            self.fault(report, "a private array with a dynamic index");
        }
    }

    fn check_block(&self, block: &Block, report: &mut Report) {
        for statement in block {
            match statement {
                Statement::Block(inner) => self.check_block(inner, report),
                Statement::If { accept, reject, .. } => {
                    self.check_block(accept, report);
                    self.check_block(reject, report);
                }
                Statement::Switch { cases, .. } => cases.iter().for_each(|case| self.check_block(&case.body, report)),
                Statement::Loop { body, continuing, break_if } => {
                    report.loops += 1;
                    if break_if.is_some() || !self.starts_with_bound(body) || !self.steps(continuing) {
                        self.fault(report, "a loop that is no `for` with a comparison and a step");
                    }
                    self.check_block(body, report);
                    self.check_block(continuing, report);
                }
                Statement::Store { pointer, .. } => self.check_store(*pointer, report),
                Statement::Atomic { .. } | Statement::ImageAtomic { .. } => self.fault(report, "an atomic operation"),
                _ => {}
            }
        }
    }

    /// `for (..; i < bound; ..)` arrives as a loop whose body first compares and else breaks.
    fn starts_with_bound(&self, body: &Block) -> bool {
        let first = body.iter().find(|statement| !matches!(statement, Statement::Emit(_)));
        let Some(Statement::If { condition, accept, reject }) = first else { return false };
        let breaks = matches!(reject.iter().collect::<Vec<_>>()[..], [Statement::Break]);
        accept.is_empty() && breaks && self.is_ordering(*condition)
    }

    fn is_ordering(&self, condition: Handle<Expression>) -> bool {
        use BinaryOperator::{Greater, GreaterEqual, Less, LessEqual};
        let Expression::Binary { op, .. } = self.function.expressions[condition] else { return false };
        matches!(op, Less | LessEqual | Greater | GreaterEqual)
    }

    fn steps(&self, continuing: &Block) -> bool {
        continuing.iter().any(|statement| matches!(statement, Statement::Store { .. }))
    }

    /// Results are stored by entry points, or by a function whose name says so.
    fn check_store(&self, pointer: Handle<Expression>, report: &mut Report) {
        if !matches!(self.space(pointer), Some(AddressSpace::Storage { .. })) {
            return;
        }
        report.stores += 1;
        if !self.is_entry && !self.name.starts_with("store") {
            self.fault(report, "a storage buffer is written outside entry points and `store...` functions");
        }
    }

    /// The variable that a pointer leads to.
    fn root(&self, pointer: Handle<Expression>) -> &Expression {
        match &self.function.expressions[pointer] {
            Expression::Access { base, .. } | Expression::AccessIndex { base, .. } => self.root(*base),
            other => other,
        }
    }

    fn space(&self, pointer: Handle<Expression>) -> Option<AddressSpace> {
        match *self.root(pointer) {
            Expression::GlobalVariable(global) => Some(self.module.global_variables[global].space),
            Expression::LocalVariable(_) => Some(AddressSpace::Function),
            _ => None,
        }
    }

    fn is_private(&self, pointer: Handle<Expression>) -> bool {
        matches!(self.space(pointer), Some(AddressSpace::Function | AddressSpace::Private))
    }

    fn is_constant(&self, index: Handle<Expression>) -> bool {
        matches!(self.function.expressions[index], Expression::Literal(_) | Expression::Constant(_))
    }
}

#[test]
fn every_kernel_keeps_the_rules() {
    let (mut loops, mut stores) = (0, 0);
    for (kernel, module, _) in modules() {
        let report = lint(&module);
        assert_eq!(report.faults, [""; 0], "{}", kernel.name);
        loops += report.loops;
        stores += report.stores;
    }
    assert!(loops >= 20, "only {loops} loops were looked at");
    assert!(stores >= 20, "only {stores} stores were looked at");
}

/// Halves of words are the one place for atomics: a load, an exclusive or and a store, whose order does not matter.
#[test]
fn kernels_for_other_types_keep_the_rules() {
    let mut atomics = 0;
    for (kernel, module, _) in modules_of_other_types() {
        let faults = lint(&module).faults;
        let of_halves = ["store_half: an atomic operation", "an atomic type"];
        assert!(faults.iter().all(|fault| of_halves.contains(&&fault[..])), "{}: {faults:?}", kernel.name);
        if faults.is_empty() {
            continue;
        }
        let calls = kernel.source.matches("atomicXor(").count() + kernel.source.matches("atomicStore(").count();
        let all = kernel.source.matches("atomic").count() - kernel.source.matches("atomicLoad(").count();
        // And the type.
        assert_eq!((calls, all), (2, 3), "{}", kernel.name);
        atomics += 1;
    }
    assert!(atomics > 10, "only {atomics} modules have atomics");
}

/// Faults of an entry point with this body, next to some globals and helpers.
fn faults_of(body: &str, helpers: &str) -> Vec<String> {
    let source = format!(
        "@group(0) @binding(0) var<storage, read_write> y: array<u32>;
        @group(0) @binding(1) var<storage, read_write> count: u32;
        {helpers}
        @compute @workgroup_size(64) fn main(@builtin(local_invocation_index) local: u32) {{ {body} }}"
    );
    let module = parse("planted", &source);
    validate("planted", &module, false);
    lint(&module).faults
}

#[test]
fn planted_faults_are_found() {
    let planted = [
        ("loop { if (y[0] == 1u) { break; } }", "", "a loop"),
        ("while (true) { if (y[0] == 1u) { break; } }", "", "a loop"),
        ("for (var i = 0u; i != 9u; i++) { y[i] = 1u; }", "", "a loop"),
        ("for (var i = 0u; i < 9u;) { if (y[i] == 0u) { i++; } }", "", "a loop"),
        ("loop { y[0] += 1u; continuing { break if y[0] > 9u; } }", "", "a loop"),
        ("hide(local);", "fn hide(i: u32) { y[i] = 1u; }", "written outside"),
        ("var a: array<u32, 4>; a[local % 4u] = 1u; y[local] = a[0];", "", "dynamic index"),
        ("cache[local % 4u] = 1u; y[local] = cache[0];", "var<private> cache: array<u32, 4>;", "dynamic index"),
        ("atomicAdd(&sum, 1u);", "@group(0) @binding(2) var<storage, read_write> sum: atomic<u32>;", "atomic"),
    ];
    for (body, helpers, fault) in planted {
        let found = faults_of(body, helpers);
        assert!(found.iter().any(|line| line.contains(fault)), "{body}: {found:?}");
    }
}

#[test]
fn what_is_allowed_is_not_a_fault() {
    let allowed = [
        ("for (var i = 0u; i < 9u; i++) { y[i] = 1u; }", ""),
        ("for (var i = 64u; i > 0u; i /= 2u) { y[i] = 1u; }", ""),
        ("var a: array<u32, 4>; a[2] = 1u; y[local] = a[2];", ""),
        ("store_one(local);", "fn store_one(i: u32) { y[i] = 1u; }"),
        ("tile[local] = 1u; workgroupBarrier(); y[local] = tile[63u - local];", "var<workgroup> tile: array<u32, 64>;"),
    ];
    for (body, helpers) in allowed {
        assert_eq!(faults_of(body, helpers), [""; 0], "{body}");
    }
}
