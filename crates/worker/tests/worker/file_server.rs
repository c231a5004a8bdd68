//! Who serves archives and repositories on this machine? Plain bytes, and git's own `http-backend` behind CGI.

use axum::{
    Router,
    body::Bytes,
    extract::{OriginalUri, State},
    http::{HeaderMap, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
    routing::{any, get},
};
use std::{
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};
use tokio::{io::AsyncWriteExt, net::TcpListener, process::Command, task::JoinHandle};

/// Listens until it is dropped.
pub struct FileServer {
    port: u16,
    serving: JoinHandle<()>,
}

struct Served {
    archive: Vec<u8>,
    repositories: PathBuf,
}

impl FileServer {
    pub async fn start(archive: Vec<u8>, repositories: &Path) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let routes = Router::new()
            .route("/archive.tar.gz", get(async |State(served): State<Arc<Served>>| served.archive.clone()))
            .route("/moved.tar.gz", get(async || Redirect::temporary("/archive.tar.gz")))
            .route("/inward.tar.gz", get(async || Redirect::temporary("https://10.0.0.1/archive.tar.gz")))
            .route("/metadata.tar.gz", get(async || Redirect::temporary("https://169.254.169.254/latest")))
            .route("/file.tar.gz", get(async || Redirect::temporary("file:///etc/passwd")))
            .route("/git/{*path}", any(git))
            .with_state(Arc::new(Served { archive, repositories: repositories.to_owned() }));
        let serving = tokio::spawn(async move { axum::serve(listener, routes).await.unwrap() });
        Self { port, serving }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }
}

impl Drop for FileServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Hands a request to `git http-backend` as a web server would.
async fn git(
    State(served): State<Arc<Served>>,
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", &served.repositories)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", uri.path().trim_start_matches("/git"))
        .env("QUERY_STRING", uri.query().unwrap_or_default())
        .env("REQUEST_METHOD", method.as_str())
        .env("CONTENT_TYPE", header("content-type"))
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = backend.stdin.take().unwrap();
    stdin.write_all(&body).await.unwrap();
    drop(stdin);
    answer(&backend.wait_with_output().await.unwrap().stdout)
}

/// Reads `Status:` and `Content-Type:` of a CGI answer, and its body.
fn answer(output: &[u8]) -> Response {
    let end = output.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let head = String::from_utf8_lossy(&output[..end]).into_owned();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let status = field("Status:").and_then(|it| it.split(' ').next()).map_or(200, |it| it.parse().unwrap());
    let kind = field("Content-Type:").unwrap_or("text/plain").to_owned();
    let status = StatusCode::from_u16(status).unwrap();
    (status, [(header::CONTENT_TYPE, kind)], output[end + 4..].to_vec()).into_response()
}
