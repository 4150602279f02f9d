"""moto with its gaps mended that a service with a file system falls into.

It fails templates that cfn-lint only warns of, knows no ARN of an access point, forgets what a function mounts, and
leaves route tables behind when a stack is deleted, so that their network stays as well.
"""

import os
import sys
import tempfile

# It writes the templates that it checks into its working folder.
os.chdir(tempfile.mkdtemp())

import moto.cloudformation.models as models
import moto.cloudformation.utils as utils
from moto.awslambda.models import LambdaFunction
from moto.ec2.models.route_tables import RouteTable
from moto.efs.models import AccessPoint, FileSystem
from moto.server import main

all_findings = utils.validate_template_cfn_lint
create_function = LambdaFunction.create_from_cloudformation_json.__func__
describe_function = LambdaFunction.get_configuration


def errors_only(template):
    return [finding for finding in all_findings(template) if finding.rule.id.startswith("E")]


def give_arn(resource, property_name):
    if hasattr(resource, "get_cfn_attribute"):
        return

    def get_cfn_attribute(self, name):
        return getattr(self, property_name) if name == "Arn" else self.physical_resource_id

    resource.has_cfn_attr = classmethod(lambda cls, name: name in ("Arn", "AccessPointId", "FileSystemId"))
    resource.get_cfn_attribute = get_cfn_attribute


def create_mounting_function(cls, resource_name, cloudformation_json, *arguments, **named):
    function = create_function(cls, resource_name, cloudformation_json, *arguments, **named)
    function.mounts = cloudformation_json["Properties"].get("FileSystemConfigs", [])
    return function


def describe_mounting_function(self, *arguments, **named):
    return {**describe_function(self, *arguments, **named), "FileSystemConfigs": getattr(self, "mounts", [])}


def delete_route_table(self, account_id, region_name):
    self.associations.clear()
    self.ec2_backend.delete_route_table(self.id)


utils.validate_template_cfn_lint = models.validate_template_cfn_lint = errors_only
give_arn(AccessPoint, "access_point_arn")
give_arn(FileSystem, "file_system_arn")
LambdaFunction.create_from_cloudformation_json = classmethod(create_mounting_function)
LambdaFunction.get_configuration = describe_mounting_function
RouteTable.delete = delete_route_table
main(sys.argv[1:])
