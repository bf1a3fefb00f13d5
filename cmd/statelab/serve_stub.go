package main

import "github.com/spf13/cobra"

func newTCPServe(e *env) *cobra.Command   { return &cobra.Command{Use: "serve"} }
func newTCPConnect(e *env) *cobra.Command { return &cobra.Command{Use: "connect"} }
func newHTTPServe(e *env) *cobra.Command  { return &cobra.Command{Use: "serve"} }
func newCapture(e *env) *cobra.Command    { return &cobra.Command{Use: "capture"} }
