//go:build !linux

package main

func noNamespace() string { return "network namespaces are Linux's" }
