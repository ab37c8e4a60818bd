// Package dataworks is the Go SDK of the Pulumi provider for Alibaba Cloud DataWorks.
package dataworks
