//! The binary; everything is in the library so that tests and benchmarks can call it.

fn main() -> std::process::ExitCode {
    privet::main()
}
