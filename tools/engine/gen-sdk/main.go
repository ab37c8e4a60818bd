// Command gen-sdk writes the SDK of one language from the provider's schema, without a language host:
//
//	gen-sdk -language python -schema schema.json -license LICENSE -out sdk/python
//
// The files are those of `pulumi package gen-sdk`, made ready to be published (releasePython, releaseNodejs, releaseGo).
// What the folder held before is removed, so that a type which left the schema leaves the SDK; all but the pins, which
// package managers write (`make lock`). With -local the files are those that `pulumi package add` puts into a program's
// folder, as they are.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

// A generator turns a package into files by path: those of `pulumi package add` where they are for one program alone, else
// those that are published. The next language is one line in generators.
type generator func(pkg *schema.Package, local bool) (map[string][]byte, error)

var generators = map[string]generator{
	"go":     generateGo,
	"nodejs": generateNodejs,
	"python": generatePython,
}

var pins = []string{"go.mod", "go.sum", "package-lock.json"}

func main() {
	language := flag.String("language", "python", "language of the SDK")
	schemaFile := flag.String("schema", "", "the provider's schema.json")
	license := flag.String("license", "", "the licence's text, which goes along")
	out := flag.String("out", "", "folder to write; emptied first")
	local := flag.Bool("local", false, "write what `pulumi package add` does")
	flag.Parse()
	if err := run(*language, *schemaFile, *license, *out, *local); err != nil {
		fmt.Fprintln(os.Stderr, "gen-sdk:", err)
		os.Exit(1)
	}
}

func run(language, schemaFile, license, out string, local bool) error {
	generate, known := generators[language]
	if !known {
		return fmt.Errorf("no generator for language %q", language)
	}
	if schemaFile == "" || license == "" || out == "" {
		return errors.New("-schema, -license and -out are required")
	}
	pkg, err := load(schemaFile)
	if err != nil {
		return err
	}
	pkg.SupportPack = local
	files, err := generate(pkg, local)
	if err != nil {
		return err
	}
	if files["LICENSE"], err = os.ReadFile(license); err != nil {
		return err
	}
	return write(out, files)
}

// load reads a schema and binds it, which finds references to types that are not there and the like.
func load(file string) (*schema.Package, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var spec schema.PackageSpec
	if err := json.Unmarshal(text, &spec); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	pkg, diagnostics, err := schema.BindSpec(spec, noPlugins{}, schema.ValidationOptions{})
	if err != nil {
		return nil, err
	}
	for _, d := range diagnostics {
		fmt.Fprintln(os.Stderr, d.Error())
	}
	if diagnostics.HasErrors() {
		return nil, fmt.Errorf("%s is no valid schema", file)
	}
	return pkg, nil
}

func write(out string, files map[string][]byte) error {
	for _, name := range pins {
		text, err := os.ReadFile(filepath.Join(out, name))
		if err == nil {
			files[name] = text
		} else if !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	if err := os.RemoveAll(out); err != nil {
		return err
	}
	names := make([]string, 0, len(files))
	for name := range files {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		path := filepath.Join(out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// noPlugins loads no other package's schema: ours refers to none, and the generator must not go looking.
type noPlugins struct{ schema.ReferenceLoader }
