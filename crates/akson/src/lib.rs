//! The program Akson: faces (REST), commands and settings around the door of `akson_core`.
//!
//! It is a library so that its tests can stand where a client or an operator stands.

pub mod cli;
pub mod config;
pub mod control;
pub mod demo;
pub mod http;
pub mod oauth;
pub mod rest;
pub mod web;
