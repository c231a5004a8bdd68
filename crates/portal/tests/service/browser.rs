//! A browser without a screen: it keeps cookies and sends the forms that it finds.

use reqwest::{
    Client, Method, RequestBuilder,
    header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE},
};
use std::collections::BTreeMap;

pub struct Browser {
    client: Client,
    base: String,
    pub cookies: BTreeMap<String, String>,
}

#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub location: String,
    pub text: String,
    pub headers: reqwest::header::HeaderMap,
}

impl Browser {
    pub fn new(base: &str) -> Self {
        let client = edgecoder_outbound::direct().build().unwrap();
        Self { client, base: base.to_owned(), cookies: BTreeMap::new() }
    }

    pub async fn get(&mut self, path: &str) -> Answer {
        let request = self.request(Method::GET, path);
        self.ask(request).await
    }

    /// A request as this browser would send it.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = self.client.request(method, format!("{}{path}", self.base)).header(ACCEPT, "text/html");
        if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) }
    }

    pub async fn ask(&mut self, request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let headers = answer.headers().clone();
        for line in headers.get_all(SET_COOKIE) {
            let (pair, rest) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if rest.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: answer.status().as_u16(),
            location: headers.get(LOCATION).map(|it| it.to_str().unwrap().to_owned()).unwrap_or_default(),
            text: answer.text().await.unwrap(),
            headers,
        }
    }

    /// Opens the page `on` and sends a form of it with these fields.
    pub async fn send(&mut self, on: &str, action: &str, fields: &[(&str, &str)]) -> Answer {
        let page = self.get(on).await;
        let token = form_token(&page.text);
        self.post(action, &token, fields).await
    }

    /// Sends fields with a form's token.
    pub async fn post(&mut self, action: &str, token: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.append_pair("form_token", token).extend_pairs(fields);
        let request = self.request(Method::POST, action);
        let request = request.header("content-type", "application/x-www-form-urlencoded").body(body.finish());
        self.ask(request).await
    }
}

/// The token of the forms of a page.
pub fn form_token(page: &str) -> String {
    field(page, "form_token")
}

/// What a hidden field of a page holds; nothing where there is none.
pub fn field(page: &str, name: &str) -> String {
    let rest = page.split_once(&format!("name=\"{name}\" value=\"")).map(|(_, rest)| rest).unwrap_or_default();
    rest.split('"').next().unwrap_or_default().to_owned()
}
