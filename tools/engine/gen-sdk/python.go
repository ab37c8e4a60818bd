package main

import (
	"bytes"
	"errors"
	"path"

	"github.com/BurntSushi/toml"
	"github.com/pulumi/pulumi/pkg/v3/codegen/python"
	"github.com/pulumi/pulumi/pkg/v3/codegen/schema"
)

func generatePython(pkg *schema.Package, local bool) (map[string][]byte, error) {
	files, err := python.GeneratePackage("pulumi-language-python", pkg, nil, nil)
	if err != nil || local {
		return files, err
	}
	return files, releasePython(files)
}

// releasePython mends what the Python generator leaves to whoever publishes the package:
//
//   - the README that pyproject.toml names lies in the import package, not beside pyproject.toml;
//   - the licence is a table, which setuptools warns of and will refuse: it is an SPDX expression now.
func releasePython(files map[string][]byte) error {
	var pyproject map[string]any
	if err := toml.Unmarshal(files["pyproject.toml"], &pyproject); err != nil {
		return err
	}
	project, _ := pyproject["project"].(map[string]any)
	license, _ := project["license"].(map[string]any)
	name, _ := project["name"].(string)
	if license["text"] == nil || name == "" {
		return errors.New("the generated pyproject.toml has no name or no licence's text: has the generator changed?")
	}
	project["license"] = license["text"]
	project["license-files"] = []string{"LICENSE"}
	pyproject["build-system"] = map[string]any{
		"requires":      []string{"setuptools>=77"}, // the first that takes an SPDX expression
		"build-backend": "setuptools.build_meta",
	}
	var text bytes.Buffer
	if err := toml.NewEncoder(&text).Encode(pyproject); err != nil {
		return err
	}
	files["pyproject.toml"] = text.Bytes()
	files["README.md"] = files[path.Join(name, "README.md")]
	return nil
}
