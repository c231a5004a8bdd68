//! What can a JavaScript program ask of the machine?
//!
//! To print, to know the time, to end, to code text, and to use the files of its workspace. That is all.

use super::files::{Code, Files};
use crate::message::Order;
use rquickjs::{
    Ctx, Exception, Function, IntoJs, Module, Object, Promise, Result, TypedArray, Value, context::EvalOptions,
};
use std::{
    cell::Cell,
    io::{self, Write},
    rc::Rc,
    time::Instant,
};

/// The exit code that the program chose by `process.exit`, once it has.
pub type Exit = Rc<Cell<Option<i32>>>;

/// Stands before a file of the CommonJS kind, on its first line: `describe` takes its columns off again.
const WRAPPER_HEAD: &str = "(function (exports, require, module, __filename, __dirname) {";

/// Makes the object whose functions our JavaScript files call.
pub fn host<'js>(ctx: &Ctx<'js>, order: &Order, files: &Files, exit: &Exit) -> Result<Object<'js>> {
    let host = Object::new(ctx.clone())?;
    let main = format!("{}/{}", super::files::GUEST_WORKSPACE, order.run.paths().first().map_or("", String::as_str));
    let argv: Vec<&str> = std::iter::once(main.as_str()).chain(order.args.iter().map(String::as_str)).collect();
    host.set("argv", argv)?;
    host.set("stdin", String::from_utf8_lossy(&order.stdin).into_owned())?;
    host.set("print", Function::new(ctx.clone(), print)?)?;
    let began = Instant::now();
    host.set("now", Function::new(ctx.clone(), move || began.elapsed().as_secs_f64() * 1000.0)?)?;
    let exit = Rc::clone(exit);
    let end = move |ctx: Ctx<'js>, code: i32| -> Result<()> {
        exit.set(Some(code));
        Err(Exception::throw_message(&ctx, "the program ends"))
    };
    host.set("exit", Function::new(ctx.clone(), end)?)?;
    set_text(ctx, &host)?;
    set_modules(ctx, &host)?;
    set_files(ctx, &host, files)?;
    Ok(host)
}

#[expect(clippy::needless_pass_by_value, reason = "the engine hands over what it converted")]
fn print(stream: u32, text: String) -> io::Result<()> {
    // A full pipe waits for the parent, which counts; a closed one means that it has seen enough.
    if stream == 1 { io::stdout().write_all(text.as_bytes()) } else { io::stderr().write_all(text.as_bytes()) }
}

fn set_text<'js>(ctx: &Ctx<'js>, host: &Object<'js>) -> Result<()> {
    let encode = |ctx: Ctx<'js>, text: String| TypedArray::<u8>::new(ctx, text.into_bytes());
    host.set("encode", Function::new(ctx.clone(), encode)?)?;
    // Bytes come as a plain array: borrowing a typed one is only safe while no program can detach it.
    let decode = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    host.set("decode", Function::new(ctx.clone(), decode)?)
}

fn set_modules<'js>(ctx: &Ctx<'js>, host: &Object<'js>) -> Result<()> {
    host.set("compile", Function::new(ctx.clone(), compile)?)?;
    host.set("wrapperColumns", WRAPPER_HEAD.len())?;
    let import = |ctx: Ctx<'js>, path: String| -> Result<Promise<'js>> { Module::import(&ctx, path) };
    host.set("importModule", Function::new(ctx.clone(), import)?)
}

/// A file of the CommonJS kind, as the function that Node makes of it.
#[expect(clippy::needless_pass_by_value, reason = "the engine hands over what it converted")]
fn compile(ctx: Ctx<'_>, path: String, source: String) -> Result<Value<'_>> {
    let source = source.strip_prefix("#!").map_or_else(|| source.clone(), |rest| format!("//{rest}"));
    let wrapped = format!("{WRAPPER_HEAD}{source}\n}})");
    let mut options = EvalOptions::default();
    options.strict = false;
    options.filename = Some(path);
    ctx.eval_with_options(wrapped, options)
}

/// Files answer with their value, or with the code of their failure as a string.
fn set_files<'js>(ctx: &Ctx<'js>, host: &Object<'js>, files: &Files) -> Result<()> {
    let f = files.clone();
    let read = move |ctx: Ctx<'js>, path: String| match f.read(&path) {
        Ok(bytes) => TypedArray::<u8>::new(ctx, bytes).map(TypedArray::into_value),
        Err(code) => code.into_js(&ctx),
    };
    host.set("read", Function::new(ctx.clone(), read)?)?;
    let f = files.clone();
    let read_text = move |ctx: Ctx<'js>, path: String| match f.read(&path) {
        Ok(bytes) => {
            let object = Object::new(ctx)?;
            object.set("text", String::from_utf8_lossy(&bytes).into_owned())?;
            Ok(object.into_value())
        }
        Err(code) => code.into_js(&ctx),
    };
    host.set("readText", Function::new(ctx.clone(), read_text)?)?;
    let f = files.clone();
    let write =
        move |ctx: Ctx<'js>, path: String, bytes: Vec<u8>, append: bool| answer(&ctx, f.write(&path, &bytes, append));
    host.set("write", Function::new(ctx.clone(), write)?)?;
    let f = files.clone();
    let write_text = move |ctx: Ctx<'js>, path: String, text: String, append: bool| {
        answer(&ctx, f.write(&path, text.as_bytes(), append))
    };
    host.set("writeText", Function::new(ctx.clone(), write_text)?)?;
    let f = files.clone();
    host.set("list", Function::new(ctx.clone(), move |ctx: Ctx<'js>, path: String| answer(&ctx, f.list(&path)))?)?;
    let f = files.clone();
    let stat = move |ctx: Ctx<'js>, path: String| match f.stat(&path) {
        Ok(found) => {
            let object = Object::new(ctx)?;
            object.set("size", found.size)?;
            object.set("folder", found.folder)?;
            Ok(object.into_value())
        }
        Err(code) => code.into_js(&ctx),
    };
    host.set("stat", Function::new(ctx.clone(), stat)?)?;
    let f = files.clone();
    let make = move |ctx: Ctx<'js>, path: String, recursive: bool| answer(&ctx, f.make_folder(&path, recursive));
    host.set("makeFolder", Function::new(ctx.clone(), make)?)?;
    let f = files.clone();
    let remove = move |ctx: Ctx<'js>, path: String, recursive: bool| answer(&ctx, f.remove(&path, recursive));
    host.set("remove", Function::new(ctx.clone(), remove)?)
}

fn answer<'js, T: IntoJs<'js>>(ctx: &Ctx<'js>, outcome: std::result::Result<T, Code>) -> Result<Value<'js>> {
    match outcome {
        Ok(value) => value.into_js(ctx),
        Err(code) => code.into_js(ctx),
    }
}
