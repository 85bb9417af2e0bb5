import { CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import {
  ClientAttributes,
  type IUserPool,
  OAuthScope,
  ResourceServerScope,
  UserPoolClient,
  UserPoolResourceServer,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { paths } from '../../functions/serve-console/paths.ts';
import { programScope, roles } from '../../shared/use-cases/access.ts';
import { defaults, type Settings } from '../settings.ts';
import { partnerAttribute, type People } from './people.ts';

interface SignInProps {
  readonly settings: Pick<Settings, 'signIn' | 'programs'>;
  readonly people: People | undefined;
  /** Where the console is, without a slash at the end. */
  readonly origin: string;
}

const tokensLast = Duration.hours(1);

/** Who vouches for people: the issuer in the settings, or the product's own Cognito user pool. */
export class SignIn extends Construct {
  readonly issuer: string;
  readonly audience: string[];
  /** The console's client at the issuer: a public client, which uses PKCE. */
  readonly consoleClientId: string;

  constructor(scope: Construct, id: string, { settings, people, origin }: SignInProps) {
    super(scope, id);
    if (settings.signIn) {
      const { issuer, audience, consoleClientId } = settings.signIn;
      this.issuer = issuer;
      this.audience = [...audience];
      this.consoleClientId = consoleClientId;
      return;
    }
    if (!people) throw new Error('without an issuer of the settings there must be a user pool');
    const { userPoolClientId } = this.#console(people.pool, origin);
    const programs = this.#programs(people.pool, settings.programs);
    // CloudFormation's attribute with the provider's URL gives the same, but not every template engine knows it.
    this.issuer = `https://${people.pool.userPoolProviderName}`;
    // Programs' tokens have no audience; API Gateway then checks the client id.
    this.audience = [userPoolClientId, ...Object.values(programs)];
    this.consoleClientId = userPoolClientId;
    new CfnOutput(Stack.of(this), 'SignInIssuer', { value: this.issuer });
    new CfnOutput(Stack.of(this), 'Programs', { value: Stack.of(this).toJsonString(programs) });
  }

  #console(userPool: IUserPool, origin: string): UserPoolClient {
    return new UserPoolClient(this, 'Console', {
      userPool,
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true },
        scopes: [OAuthScope.OPENID, OAuthScope.EMAIL, OAuthScope.PROFILE],
        callbackUrls: [origin + paths.signedIn],
        logoutUrls: [origin + paths.signOut],
      },
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      accessTokenValidity: tokensLast,
      idTokenValidity: tokensLast,
      readAttributes: new ClientAttributes()
        .withStandardAttributes({ email: true, emailVerified: true, fullname: true })
        .withCustomAttributes(partnerAttribute),
      // Nobody may assign themselves a partner: by default, a client may write every attribute. Cognito rejects a
      // client that may not write the required ones.
      writeAttributes: new ClientAttributes().withStandardAttributes({ email: true, fullname: true }),
    });
  }

  /**
   * A client for each program. Cognito adds claims to their tokens only through a function called for each token, but
   * it adds scopes, which a client gets only if they are assigned to it.
   * @returns the ids of the clients, by program name
   */
  #programs(userPool: IUserPool, programs: Settings['programs']): Readonly<Record<string, string>> {
    const granted = Object.entries(programs).map(([name, { partnerId, roles: held }]) => ({
      name,
      scopeNames: [
        ...held,
        programScope.program(name),
        ...(partnerId === undefined ? [] : [programScope.partner(partnerId)]),
      ],
    }));
    if (granted.length === 0) return {};
    const scopes = new Map(
      [...roles, ...granted.flatMap(({ scopeNames }) => scopeNames)].map((scopeName) => [
        scopeName,
        new ResourceServerScope({ scopeName, scopeDescription: scopeName }),
      ]),
    );
    const server = new UserPoolResourceServer(this, 'ResourceServer', {
      userPool,
      identifier: defaults.poolClaimNames.programScopes,
      scopes: [...scopes.values()],
    });
    return Object.fromEntries(
      granted.map(({ name, scopeNames }) => {
        const client = new UserPoolClient(this, `Program-${name}`, {
          userPool,
          userPoolClientName: name,
          generateSecret: true,
          // Without any flow, Cognito would let people sign in through this client.
          authFlows: { userSrp: false },
          oAuth: {
            flows: { clientCredentials: true },
            scopes: [...scopes]
              .filter(([scopeName]) => scopeNames.includes(scopeName))
              .map(([, scope]) => OAuthScope.resourceServer(server, scope)),
          },
          accessTokenValidity: tokensLast,
        });
        return [name, client.userPoolClientId];
      }),
    );
  }
}
